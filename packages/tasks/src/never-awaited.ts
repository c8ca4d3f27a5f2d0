import { loopForNew, registry, runningLoop } from "@tsyncio/contract";
import { callerLocation, warnOnce } from "@tsyncio/loop";
import { currentScope } from "./scope-cells.js";

/** What is known of a coroutine that is watched, also after it is gone. */
export interface Watch {
  /** Set by the coroutine when it is awaited, made a task, or closed. */
  used: boolean;
  readonly name: string;
  readonly source: string | null;
  readonly warn: (message: string) => void;
}

/** A coroutine, as far as this file knows it. */
interface Watchable {
  readonly name: string;
  isUsed(): boolean;
  watch(watch: Watch): void;
}

/** Outside debug mode one creation in so many is watched: a forgotten `await` in a loop or a handler shows soon enough. */
const SAMPLE = 64;
let countdown = SAMPLE;
/** The latest sample. Registering costs microseconds, so it is done when the next one comes, if this one is unused even then. */
let candidate: Watchable | null = null;

const production =
  (globalThis as { process?: { env?: { NODE_ENV?: string } } }).process?.env?.NODE_ENV === "production";

/** What was warned of, so that a forgotten `await` in a loop is told once. */
const told = new Set<string>();

const collected = new FinalizationRegistry<Watch>(({ used, name, source, warn }) => {
  const message = `coroutine '${name}' was never awaited${source === null ? "" : `, made at ${source}`}`;
  if (used || told.has(message)) return;
  told.add(message);
  warn(`${message} (write await or yield* in front of the call)`);
});

/** Has a warning given should `coroutine`, which was just made, be collected unused. Never keeps it alive for long. */
export function watchForAwait(coroutine: Watchable): void {
  if (registry.debugging && runningLoop()?.getDebug()) {
    warnOfSharedTask(coroutine.name);
    register(coroutine, callerLocation());
    return;
  }
  if (production || --countdown > 0) return;
  countdown = SAMPLE;
  if (candidate !== null && !candidate.isUsed()) register(candidate, null);
  candidate = coroutine;
}

function register(coroutine: Watchable, source: string | null): void {
  const { host } = loopForNew();
  const watch = { used: false, name: coroutine.name, source, warn: (message: string) => host.log("warn", message) };
  coroutine.watch(watch);
  collected.register(coroutine, watch);
}

/** Warns when a callback of the host, which inherits the async context it was made in, runs for the task that made it. */
function warnOfSharedTask(name: string): void {
  if (registry.stepping !== null || registry.runningLoop !== null) return;
  const scope = currentScope();
  const kind = scope?.loop.host.callbackKind() ?? null;
  if (scope === null || kind === null) return;
  const who = `${name}() in a callback of the host (${kind}) runs for ${scope.task.getName()}, which made the callback`;
  warnOnce(scope.loop, `${who}: give each call a task of its own with asTask(fn), or none with outsideTask(fn)`);
}
