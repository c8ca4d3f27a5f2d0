import type { CancelledError } from "./errors.js";
import type { LoopContract, TaskContract } from "./loop.js";
import type { Call, Waitable } from "./step.js";

/** Where the outcome of a native wait goes. */
export interface Sink<T> {
  onValue(value: T): void;
  onError(error: unknown): void;
}

/**
 * A scope: what a cancellation reaches in async code. A node of a tree whose root is a task, with waits, a count of
 * cancellations and a signal of its own. Filled in by `@tsyncio/tasks`.
 */
export interface ScopeContract {
  readonly task: TaskContract;
  readonly loop: LoopContract;
  /** What async functions of this scope store in their context. */
  readonly cell: ScopeCell;
  /** Aborted, with the `CancelledError` as reason, while the scope is being cancelled. Made on first use. */
  readonly signal: AbortSignal;
  /**
   * Waits for `target` on behalf of the scope: a cancellation of the scope, or of one above it, is passed on to `target`. `null`: for the next
   * turn of the loop.
   */
  waitFor<T>(target: Waitable<T> | null, sink: Sink<T>): void;
  /** Runs `call` inline on behalf of the scope, beside whatever else runs in it. */
  runInline<T>(call: Call<T>, sink: Sink<T>): void;
  /** Asks what waits in this scope or below to end with a `CancelledError`. */
  cancel(reason?: unknown): void;
  /** Takes one cancellation back, of the innermost scope on the path to the root that has any; how many are left. */
  uncancel(): number;
  /** How many cancellations were asked for and not taken back, from here to the root. */
  cancelling(): number;
  /** Cancels once more, without counting it: as a task group does that masked a cancellation with its errors. */
  cancelAgain(): void;
  /** The `CancelledError` that `error` stands for, when host code tells of a cancellation of this scope in its own way. */
  cancellationBehind(error: unknown): CancelledError | null;
  /** Whether something of ours is waited for in this scope or below. */
  hasWaits(): boolean;
  /** How many waits of ours go on in it that pass no cancellation on, such as those of `catch` and `finally`. Kept by who waits. */
  observing: number;
  /** A number that grows with each wait of an async function in this scope or below. */
  lastWait(): number;
  /** Ends the scope. */
  close(): void;
}

/** What runs a coroutine, as the code in it sees it. */
export interface StrandContract {
  readonly task: TaskContract;
  /** Made on first use. */
  readonly scope: ScopeContract;
  /** Opens a child scope, which the code that follows belongs to until {@link leave}, which ends it. */
  enter(): ScopeContract;
  /** Ends the scope that {@link enter} opened last, and goes back to the one above. */
  leave(): void;
  /** Whether it waits for an async function or a promise, where no cancellation reaches it. */
  isNative(): boolean;
  /**
   * Stops waiting for that, and goes on with a `CancelledError`. What is left behind runs on in a scope of its own, whose next wait gets
   * a `CancelledError`, once. `false` when there is nothing to leave.
   */
  abandon(): boolean;
  /** What it waits for, in a few words. */
  describeWait(): string;
}

/**
 * What the async context of an async function holds: its scope. A cell of its own, because host callbacks, sockets and timers
 * keep what is stored alive: it is emptied when the scope ends, and leads to the scope above then.
 */
export interface ScopeCell {
  scope: ScopeContract | null;
  up: ScopeCell | null;
  /** The loop of the `run` that this is inside of, while that is open. */
  loop: LoopContract | null;
}
