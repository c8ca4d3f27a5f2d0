import type { LoopContract, TaskContract } from "./loop.js";
import type { Waitable } from "./step.js";

/**
 * A scope: what a cancellation reaches in async code. A node of a tree whose root is a task, with waits, a count of
 * cancellations and a signal of its own. Filled in by `@tsyncio/tasks`; futures know just this much of it.
 */
export interface ScopeContract {
  readonly task: TaskContract;
  readonly loop: LoopContract;
  /** Waits for `target` on behalf of the scope: a cancellation of the scope, or of one above it, is passed on to `target`. */
  waitFor<T>(target: Waitable<T>, sink: Sink<T>): void;
}

/** Where the outcome of a native wait goes. */
export interface Sink<T> {
  onValue(value: T): void;
  onError(error: unknown): void;
}
