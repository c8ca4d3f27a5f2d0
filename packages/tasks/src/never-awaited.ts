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

/** Outside debug mode one creation in so many is watched: a forgotten `await` in a loop or a handler shows soon enough. */
const SAMPLE = 64;
let countdown = SAMPLE;

const production =
  (globalThis as { process?: { env?: { NODE_ENV?: string } } }).process?.env?.NODE_ENV === "production";

const collected = new FinalizationRegistry<Watch>(({ used, name, source, warn }) => {
  if (used) return;
  const where = source === null ? "" : `, made at ${source}`;
  warn(`coroutine '${name}' was never awaited${where} (write await or yield* in front of the call)`);
});

/** Has a warning given should `coroutine` be collected unused; `null` when this one is not watched. Never keeps it alive. */
export function watchForAwait(coroutine: { readonly name: string }): Watch | null {
  const debug = runningLoop()?.getDebug() === true;
  if (debug) warnOfSharedTask(coroutine.name);
  else {
    if (production || --countdown > 0) return null;
    countdown = SAMPLE;
  }
  const { host } = loopForNew();
  const source = debug ? callerLocation() : null;
  const watch = { used: false, name: coroutine.name, source, warn: (message: string) => host.log("warn", message) };
  collected.register(coroutine, watch);
  return watch;
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
