import { type Body, type Delay, loopForNew } from "@tsyncio/contract";
import { secondsOf } from "@tsyncio/loop";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import { type Place, placeOf } from "./place.js";
import { runFrom, Timeout, type TimeoutOptions } from "./timeout.js";

/**
 * Runs `body(timeout)`, and cancels it `delay` after it began (`asyncio.timeout`); `null`: never. In an async body give the signal to
 * host functions: `await timeout("5s", async (t) => fetch(url, { signal: t.signal }))`.
 * @throws what the body throws; `TimeoutError` at the deadline.
 */
export function timeout<T>(delay: Delay | null, body: Body<[Timeout], T>, options?: TimeoutOptions): Coroutine<T> {
  const seconds = delay === null ? null : secondsOf(loopForNew(), delay);
  return after(placeOf(timeout, body), seconds, body as Body<[Timeout], unknown>, options) as Coroutine<T>;
}

/** {@link timeout} with a deadline in seconds of `loop.time()` (`asyncio.timeout_at`). */
export function timeoutAt<T>(when: number | null, body: Body<[Timeout], T>, options?: TimeoutOptions): Coroutine<T> {
  return runFrom(placeOf(timeoutAt, body), new Timeout(when, options), body);
}

/** The time runs from when the coroutine is awaited. */
const after = coroutine(function* timeout(
  place: Place | null,
  seconds: number | null,
  body: Body<[Timeout], unknown>,
  options: TimeoutOptions | undefined,
) {
  const when = seconds === null ? null : loopForNew().time() + seconds;
  return yield* runFrom(place, new Timeout(when, options), body);
});
