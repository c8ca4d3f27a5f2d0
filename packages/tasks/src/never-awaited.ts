import { loopForNew, registry, runningLoop, type ScopeContract } from "@tsyncio/contract";
import { callerLocation, warnOnce } from "@tsyncio/loop";
import { currentScope } from "./scope-cells.js";

/** What is known of a coroutine that is watched, also after it is gone. */
interface Watch {
  /** See {@link noteUse}. */
  used: boolean;
  readonly name: string;
  readonly source: string | null;
  readonly warn: (message: string) => void;
  /** What kind of host callback it was made in that shares its maker's task, if any. */
  readonly callbackKind: string | null;
}

/** A coroutine, as far as this file knows it. */
interface Watchable {
  readonly name: string;
  isUsed(): boolean;
  watch(): void;
}

/** Outside debug mode one creation in so many is watched: a forgotten `await` in a loop or a handler shows soon enough. */
const SAMPLE = 64;
let countdown = SAMPLE;
/** The latest sample. Registering costs microseconds, so it is done when the next one comes, if this one is unused even then. */
let candidate: Watchable | null = null;

const production =
  (globalThis as { process?: { env?: { NODE_ENV?: string } } }).process?.env?.NODE_ENV === "production";

/** Those of the coroutines that are watched: a few, so that none has a field for it. */
const watches = new WeakMap<object, Watch>();

/** What was warned of, so that a forgotten `await` in a loop is told once. */
const told = new Set<string>();

/** In debug mode, what is watched and not used: told when the process ends, should it not be collected before. */
const unused = new Set<Watch>();

const collected = new FinalizationRegistry<Watch>(report);

function report(watch: Watch): void {
  unused.delete(watch);
  const { used, name, source, warn } = watch;
  const message = `coroutine '${name}' was never awaited${source === null ? "" : `, made at ${source}`}`;
  if (used || told.has(message)) return;
  told.add(message);
  warn(`${message} (write await or yield* in front of the call)`);
}

/** A coroutine that is watched was awaited, made a task, or closed. */
export function noteUse(coroutine: Watchable): void {
  const watch = watches.get(coroutine);
  if (watch === undefined) return;
  watch.used = true;
  unused.delete(watch);
}

/** Where a coroutine was made, as far as that is known. */
export function sourceOf(coroutine: Watchable): string | null {
  return watches.get(coroutine)?.source ?? null;
}

/** Has a warning given should `coroutine`, which was just made, be collected unused. Never keeps it alive for long. */
export function watchForAwait(coroutine: Watchable): void {
  if (registry.debugging && runningLoop()?.getDebug()) {
    const watch = register(coroutine, callerLocation(), callbackKind());
    if (unused.size === 0) loopForNew().host.beforeEnd(() => [...unused].forEach(report));
    unused.add(watch);
    return;
  }
  if (production || --countdown > 0) return;
  countdown = SAMPLE;
  if (candidate !== null && !candidate.isUsed()) register(candidate, null, null);
  candidate = coroutine;
}

function register(coroutine: Watchable, source: string | null, callbackKind: string | null): Watch {
  const { name } = coroutine;
  const { host } = loopForNew();
  const warn = (message: string) => host.log("warn", message);
  const watch = { used: false, name, source, warn, callbackKind };
  watches.set(coroutine, watch);
  coroutine.watch();
  collected.register(coroutine, watch);
  return watch;
}

/** The kind of host callback that is on the stack, where that inherits the task it was made in. */
function callbackKind(): string | null {
  if (registry.stepping !== null || registry.runningLoop !== null) return null;
  return currentScope()?.loop.host.callbackKind() ?? null;
}

/** Warns when a coroutine that was made in a callback of the host is about to run for `scope`, whose task made the callback. */
export function warnOfSharedTask(coroutine: Watchable, { loop, task }: ScopeContract): void {
  const watch = watches.get(coroutine);
  if (watch === undefined || watch.callbackKind === null) return;
  const { name, source, callbackKind } = watch;
  const who = `${name}() in a callback of the host (${callbackKind}) runs for ${task.getName()}, which made the callback`;
  warnOnce(loop, `${who}: give each call a task of its own with asTask(fn), or none with outsideTask(fn)`, source);
}
