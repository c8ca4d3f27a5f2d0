import {
  type Body,
  CancelledError,
  type Delay,
  describe,
  isCall,
  isWaitable,
  type Joinable,
  type ResultOf,
  type TaskContract,
} from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { secondsOf } from "@tsyncio/loop";
import { type Coroutine, coroutine, currentTask, ensureFuture, WhenDone } from "@tsyncio/tasks";
import { makeTimeoutError, Place } from "./place.js";
import { runFrom, Timeout, type TimeoutOptions } from "./timeout.js";

/**
 * Waits for `source`, at most `delay`; `null`: for ever (`asyncio.wait_for`). A coroutine or function runs in the calling task, unless `delay`
 * is 0 or less. At the deadline `source` is cancelled, and waited for: no result and no cancellation is lost.
 * @throws what `source` ends with; `TimeoutError`.
 */
export function waitFor<S extends Joinable<unknown>>(
  source: S,
  delay: Delay | null,
  options: TimeoutOptions = {},
): Coroutine<ResultOf<S>> {
  const seconds = delay === null ? null : secondsOf(delay);
  return waiting(new Place(waitFor), source, seconds, options) as Coroutine<ResultOf<S>>;
}

const waiting = coroutine(function* waitFor(
  place: Place,
  source: Joinable<unknown>,
  seconds: number | null,
  options: TimeoutOptions,
) {
  if (seconds !== null && seconds <= 0) return yield* withoutWaiting(place, source);
  const body = typeof source === "function" ? withTask(source) : () => awaitable(source);
  return yield* runFrom(place, new Timeout(null, options), body, seconds);
});

/** CPython's way for a deadline that has passed: a result that is there counts, all else is cancelled. */
const withoutWaiting = coroutine(function* waitFor(place: Place, source: Joinable<unknown>) {
  const future = ensureFuture(source);
  if (future.done()) return future.result();
  yield* cancelAndWait(future);
  try {
    return future.result();
  } catch (error) {
    if (error instanceof CancelledError) throw makeTimeoutError(place);
    throw error;
  }
});

const cancelAndWait = coroutine(function* cancelAndWait(future: Future<unknown>) {
  const waiter = new Future<void>();
  const release = () => {
    if (!waiter.done()) waiter.setResult();
  };
  const watch = new WhenDone(waiter.getLoop(), future, release, "waitFor()");
  try {
    future.cancel();
    yield* waiter;
  } finally {
    watch.remove();
  }
});

/** A function that is called with the current task, as one that becomes a task is. Its name stands in reports. */
function withTask(source: Body<[task: TaskContract], unknown>): Body<[], unknown> {
  if (source.length === 0) return source as Body<[], unknown>;
  const body = () => source(currentTask() as unknown as TaskContract);
  return Object.defineProperty(body, "name", { value: source.name });
}

/** What a body may return: futures, coroutines and generators as they are, promises so that a cancellation reaches them. */
function awaitable(source: Joinable<unknown>): PromiseLike<unknown> {
  if (isCall(source) || isWaitable(source)) return source as unknown as PromiseLike<unknown>;
  if (typeof (source as Partial<Iterator<unknown>>).next === "function") return source as never;
  if (typeof (source as Partial<PromiseLike<unknown>>).then === "function") return ensureFuture(source);
  throw new TypeError(`a future, a coroutine, a promise or a function is required, got ${describe(source)}`);
}
