import type { Body, Delay } from "@tsyncio/contract";
import { secondsOf } from "@tsyncio/loop";
import type { Coroutine } from "@tsyncio/tasks";
import { Place } from "./place.js";
import { runFrom, Timeout, type TimeoutOptions } from "./timeout.js";

/**
 * Runs `body(timeout)`, and cancels it `delay` after it began to run (`asyncio.timeout`); `null`: never. In an async body give the signal to
 * host functions: `await timeout("5s", async (t) => fetch(url, { signal: t.signal }))`.
 * @throws what the body throws; `TimeoutError` at the deadline.
 */
export function timeout<T>(delay: Delay | null, body: Body<[Timeout], T>, options?: TimeoutOptions): Coroutine<T> {
  const seconds = delay === null ? null : secondsOf(delay);
  return runFrom(new Place(timeout), new Timeout(null, options), body, seconds);
}

/** {@link timeout} with a deadline in seconds of `loop.time()` (`asyncio.timeout_at`). */
export function timeoutAt<T>(when: number | null, body: Body<[Timeout], T>, options?: TimeoutOptions): Coroutine<T> {
  return runFrom(new Place(timeoutAt), new Timeout(when, options), body);
}
