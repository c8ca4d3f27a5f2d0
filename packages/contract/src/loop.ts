import type { Awaitable, Body, Startable } from "./awaitable.js";
import type { Delay } from "./delay.js";
import type { Context, Host } from "./host.js";
import type { Runnable, Waitable } from "./step.js";

/** How a callback is registered. */
export interface CallbackOptions {
  /** The async context it runs in. Left out: that of the caller. `null`: none is kept (cheaper). */
  context?: Context | null | undefined;
}

/** A callback that a loop will run (`asyncio.Handle`). */
export interface HandleContract {
  /** Keeps it from running. */
  cancel(): void;
  cancelled(): boolean;
  /** The async context it runs in, `null` where none was kept. */
  getContext(): Context | null;
}

/** A callback with a time (`asyncio.TimerHandle`). */
export interface TimerHandleContract extends HandleContract {
  /** When it is due, in seconds of the loop's clock. */
  when(): number;
}

/** A timer as a loop keeps it. What ends at a time, such as `sleep`, is one itself. */
export interface TimerEntry extends Runnable {
  /** When it is due, in seconds of the loop's clock. */
  when(): number;
  cancelled(): boolean;
  /** Its place among those with the same deadline. Kept by the loop. */
  sequence: number;
  /** Whether the loop has it. Kept by the loop. */
  scheduled: boolean;
}

/** What an exception handler is told. */
export interface ExceptionContext {
  message: string;
  exception?: unknown;
  future?: unknown;
  task?: unknown;
  handle?: unknown;
  /** Where the future, task or handle was made (debug mode). */
  source?: string;
}

/** Told of errors that nothing else handles: of callbacks, and of tasks and futures that nobody reads. */
export type ExceptionHandler = (loop: LoopContract, context: ExceptionContext) => void;

/** A failed future that waits for someone to read its error. */
export interface UnreadFailure {
  /** Whether its error was read, or reported, in the meantime. */
  isRead(): boolean;
  /** Reports it to the loop's exception handler. */
  report(): void;
}

/** A future, as a loop gives it: what `@tsyncio/futures` makes. */
export interface FutureContract<T = unknown> extends Waitable<T>, Awaitable<T> {
  cancelled(): boolean;
  exception(): unknown;
  setResult(result: T): void;
  setException(error: unknown): void;
  addDoneCallback(callback: (future: this) => void, options?: CallbackOptions): void;
  removeDoneCallback(callback: (future: this) => void): number;
}

/** A task, as a loop gives it: what `@tsyncio/tasks` makes. */
export interface TaskContract<T = unknown> extends Waitable<T>, Awaitable<T> {
  cancelled(): boolean;
  exception(): unknown;
  addDoneCallback(callback: (task: this) => void, options?: CallbackOptions): void;
  removeDoneCallback(callback: (task: this) => void): number;
  cancelling(): number;
  uncancel(): number;
  getName(): string;
  setName(name: string): void;
  /** What it runs. */
  getCoro(): { readonly name: string };
  readonly signal: AbortSignal;
  /** How long its timeouts wait for an async function that is stuck on a foreign promise, in seconds; `null`: for ever. */
  readonly abandonAfter: number | null;
  /** What it waits for, in a few words. */
  describeWait(): string;
  /** Its neighbours among the tasks of its loop: for the loop's use alone. */
  taskBefore: TaskContract | null;
  taskAfter: TaskContract | null;
}

/** The tasks of a loop: a `Set`, or what is cheaper. */
export interface TaskRegister extends Iterable<TaskContract> {
  add(task: TaskContract): unknown;
  delete(task: TaskContract): unknown;
  readonly size: number;
}

/** Something that may wait for what the loop knows nothing of: an async function, or a foreign promise itself. */
export interface ForeignWork {
  /** Its name while it waits for something foreign; `null` while what it waits for is ours. */
  foreignWait(): string | null;
}

/** How a task is made. */
export interface TaskOptions {
  /** Its name; left out: `Task-1`, `Task-2`, … */
  name?: string | null | undefined;
  /** The async context of its steps; left out: that of the caller. */
  context?: Context | null | undefined;
  /** Runs the first step at once, inside the call (`asyncio`'s eager tasks). */
  eagerStart?: boolean | undefined;
  /** Cancels the task when it is aborted. */
  signal?: AbortSignal | undefined;
  /** What `abandonAfter` of a timeout in the task is when that says nothing; left out: as the loop says. */
  abandonAfter?: Delay | null | undefined;
}

/**
 * The core loop contract: what every package knows of a loop. A third-party loop implements it and passes the kit in
 * `@tsyncio/testing`.
 *
 * A turn: timers that are due join the ready queue, the earliest deadline first, equal ones in the order they were made; what was
 * ready when the turn began runs, in order; what that adds runs in the next turn.
 */
export interface LoopContract {
  readonly host: Host;
  /** Now, in seconds of the loop's clock. */
  time(): number;
  isRunning(): boolean;
  isClosed(): boolean;
  callSoon(callback: () => void, options?: CallbackOptions): HandleContract;
  callSoonThreadsafe(callback: () => void, options?: CallbackOptions): HandleContract;
  callLater(delay: Delay, callback: () => void, options?: CallbackOptions): TimerHandleContract;
  callAt(when: number, callback: () => void, options?: CallbackOptions): TimerHandleContract;
  /** Puts `runnable` at the end of the ready queue: `callSoon` without a handle and without a context. */
  enqueue(runnable: Runnable): void;
  /** Puts `runnable` into the ready queue at a time: `callAt` without a context. */
  enqueueAt(when: number, runnable: Runnable): TimerHandleContract;
  /** Has `timer` run at its time. */
  addTimer(timer: TimerEntry): void;
  /** Notes that a timer was cancelled, so that many such are swept. */
  timerCancelled(timer: TimerEntry): void;
  /** Says that what runs now may have woken native code (a promise, an async function), which must run before the next callback. */
  wakesNative(): void;
  /** Ends the run at once with `error`, as a callback that raises `SystemExit` does: for native code that raised it. */
  abort(error: unknown): void;
  createFuture<T>(): FutureContract<T>;
  createTask<T>(source: Startable<T>, options?: TaskOptions): TaskContract<T>;
  runUntilComplete<T>(source: Waitable<T> | Startable<T>): Promise<T>;
  runForever(): Promise<void>;
  /** Ends `runForever` or `runUntilComplete` at the end of the current turn. */
  stop(): void;
  /** Drops what is left, and reports errors that nobody read. */
  close(): void;
  /** Closes {@link openIterators}. */
  shutdownAsyncgens(): Promise<void>;
  /** Ends the default executor when its work is done; after `timeout` at the latest. */
  shutdownDefaultExecutor(timeout?: Delay | null): Promise<void>;
  callExceptionHandler(context: ExceptionContext): void;
  defaultExceptionHandler(context: ExceptionContext): void;
  setExceptionHandler(handler: ExceptionHandler | null): void;
  getExceptionHandler(): ExceptionHandler | null;
  setTaskFactory(factory: TaskFactory | null): void;
  getTaskFactory(): TaskFactory | null;
  /** Calls `fn(...args)` off the loop. `null`: on the default executor. */
  runInExecutor<A extends unknown[], T>(
    executor: Executor | null,
    fn: Body<A, T> | ((...args: A) => T),
    ...args: A
  ): FutureContract<T>;
  setDefaultExecutor(executor: Executor): void;
  /** Calls `callback` in the loop when the process gets `signal`. Holds the process until it is removed. */
  addSignalHandler(signal: string, callback: () => void): void;
  /** `false` when there was no handler. */
  removeSignalHandler(signal: string): boolean;
  getDebug(): boolean;
  setDebug(enabled: boolean): void;
  /** How long a callback may take before debug mode warns; read, it is in seconds. */
  get slowCallbackDuration(): number;
  set slowCallbackDuration(duration: Delay);
  /** The tasks that have not ended, in the order of their creation. Kept by the task package. */
  readonly tasks: TaskRegister;
  /** The async functions that run for tasks of this loop, and the foreign promises that were made awaitable on it. */
  readonly foreignWork: Set<ForeignWork>;
  /** The async iterators that code of this loop is in the middle of: `shutdownAsyncgens` closes them. */
  readonly openIterators: Set<AsyncIterator<unknown>>;
  /** Reports `failure` unless it is read in time (by default within 1 s). */
  watchFailure(failure: UnreadFailure): void;
  /** How long a timeout waits for an async function that is stuck on a foreign promise, in seconds; `null`: for ever. */
  readonly abandonAfter: number | null;
}

/** Makes futures for a loop: a slot of the registry, filled by `@tsyncio/futures`. */
export type FutureFactory = <T>(loop: LoopContract) => FutureContract<T>;

/** Makes tasks for a loop: a slot of the registry, filled by `@tsyncio/tasks`. */
export type TaskFactory = <T>(loop: LoopContract, source: Startable<T>, options: TaskOptions) => TaskContract<T>;

/** Runs functions off the loop: what `@tsyncio/executors` fills, and `loop.setDefaultExecutor` takes. */
export interface Executor {
  submit<A extends unknown[], T>(fn: Body<A, T> | ((...args: A) => T), ...args: A): FutureContract<T>;
  shutdown(options?: { wait?: boolean; cancelFutures?: boolean }): PromiseLike<void>;
}
