import { RuntimeError } from "./errors.js";
import type { ContextStorage } from "./host.js";
import type { Executor, FutureFactory, LoopContract, TaskFactory } from "./loop.js";
import type { ScopeCell, ScopeContract, StrandContract } from "./scope.js";

/** What a package keeps open and where it was made: debug mode and the leak oracle read it. */
export interface OpenResource {
  readonly kind: string;
  readonly describe: () => string;
  readonly source: string | null;
  /** The loop that it belongs to; left out: none. */
  readonly loop?: LoopContract | undefined;
  /** Gives it up without a word to anyone: its loop is closed, and nothing will be told any more. */
  readonly abandon?: (() => void) | undefined;
}

/**
 * What all copies of all packages in a process share. Lives on `globalThis` under a key with an ABI number that changes
 * only with a deliberate break; slots are only ever added.
 */
export interface Registry {
  /** The loop whose callback runs now. Kept by the loop that runs. */
  runningLoop: LoopContract | null;
  /** What `setEventLoop` was given. */
  eventLoop: LoopContract | null;
  /** Makes the loop that `getEventLoop` gives outside of any; filled by `@tsyncio/loop`. */
  defaultLoop: (() => LoopContract) | null;
  futureFactory: FutureFactory | null;
  taskFactory: TaskFactory | null;
  /** Whether any loop was ever in debug mode: what costs time asks this first. */
  debugging: boolean;
  /** The strand whose step is on the stack. Kept by the strand that runs. */
  stepping: StrandContract | null;
  /** Where async functions find their scope; made by the first of them, or by `run`. */
  scopeStorage: ContextStorage<ScopeCell> | null;
  /** The scope that the caller belongs to; filled by `@tsyncio/tasks`. Without it an await outside any task has no scope. */
  currentScope: (() => ScopeContract | null) | null;
  /** Runs `fn` with no current task, in the async context of the caller otherwise; filled by `@tsyncio/tasks`. */
  outsideTask: (<R>(fn: () => R) => R) | null;
  /** The loop of the `run` that the caller was registered in, while that is open; filled by `@tsyncio/tasks`. */
  enclosingLoop: (() => LoopContract | null) | null;
  defaultExecutor: (() => Executor) | null;
  readonly resources: Set<OpenResource>;
}

const KEY = Symbol.for("tsyncio.registry.1");

function create(): Registry {
  return {
    runningLoop: null,
    eventLoop: null,
    defaultLoop: null,
    futureFactory: null,
    taskFactory: null,
    debugging: false,
    stepping: null,
    scopeStorage: null,
    currentScope: null,
    outsideTask: null,
    enclosingLoop: null,
    defaultExecutor: null,
    resources: new Set(),
  };
}

const shared = globalThis as { [KEY]?: Registry };

/** The registry of this process. */
export const registry: Registry = (shared[KEY] ??= create());

/**
 * The loop that runs the caller: a callback or a task (`asyncio.get_running_loop`).
 * @throws `RuntimeError` outside of both.
 */
export function getRunningLoop(): LoopContract {
  const loop = runningLoop();
  if (loop === null) throw new RuntimeError("no running event loop");
  return loop;
}

/** The loop that runs the caller, `null` outside of a callback or task. */
export function runningLoop(): LoopContract | null {
  return registry.runningLoop ?? registry.currentScope?.()?.loop ?? null;
}

/** The loop that something made here belongs to: the running one, that of the enclosing `run`, or the default one. */
export function loopForNew(): LoopContract {
  const loop = runningLoop() ?? registry.enclosingLoop?.() ?? registry.eventLoop;
  if (loop !== null) return loop;
  return filled(registry.defaultLoop, "an event loop", "@tsyncio/loop")();
}

/** The content of a slot, or an error that names the package which fills it. */
export function filled<T>(slot: T | null, what: string, packageName: string): T {
  if (slot !== null) return slot;
  throw new RuntimeError(`${what} is needed, and nothing makes one: import "${packageName}" first`);
}
