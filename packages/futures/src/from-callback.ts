import { describe, isWaitable, type Waitable } from "@tsyncio/contract";
import { fromPromise } from "./from-promise.js";
import { Future } from "./future.js";

/**
 * Calls `start(callback)` with a Node-style callback, and gives the future of what that is called with:
 * `fromCallback((done) => fs.stat(path, done))`. Calls after the first, and after a cancellation, are ignored.
 */
export function fromCallback<T>(start: (callback: (error: unknown, value?: T) => void) => void): Future<T> {
  if (typeof start !== "function") {
    throw new TypeError(`a function was expected by fromCallback(), got ${describe(start)}`);
  }
  const future = new Future<T>();
  try {
    start((error, value) => {
      if (future.done()) return;
      if (error) future.setException(error);
      else future.setResult(value as T);
    });
  } catch (error) {
    if (!future.done()) future.setException(error ?? new Error(`threw ${error}`));
  }
  return future;
}

/** The future of an executor's job (`asyncio.wrap_future`): futures as they are, promises through {@link fromPromise}. */
export function wrapFuture<T>(job: Waitable<T> | PromiseLike<T>): Future<T> {
  if (isWaitable(job)) return job as unknown as Future<T>;
  if (typeof (job as Partial<PromiseLike<T>> | null)?.then === "function") return fromPromise(job as PromiseLike<T>);
  throw new TypeError(`a future was expected by wrapFuture(), got ${describe(job)}`);
}

/** Whether `value` is a future or task, of any copy of any package (`asyncio.isfuture`). */
export function isFuture(value: unknown): value is Future<unknown> {
  return isWaitable(value);
}
