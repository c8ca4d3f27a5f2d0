import {
  type CoroutineGenerator,
  checkOptionNames,
  type Delay,
  describe,
  type Joinable,
  type OptionNames,
  parseDelay,
  type ResultOf,
  ValueError,
} from "@tsyncio/contract";
import { Future, failureOf } from "@tsyncio/futures";
import type { Coroutine } from "./coroutine.js";
import { coroutine } from "./coroutine-function.js";
import { ensureEach } from "./ensure-future.js";
import { WhenDone } from "./when-done.js";

/** {@link wait} returns when the first one is done. */
export const FIRST_COMPLETED = "FIRST_COMPLETED";
/** {@link wait} returns when the first one has failed, or all are done. */
export const FIRST_EXCEPTION = "FIRST_EXCEPTION";
/** {@link wait} returns when all are done. */
export const ALL_COMPLETED = "ALL_COMPLETED";

/** How long {@link wait} waits. */
export interface WaitOptions {
  /** `null`, or left out: for ever. */
  timeout?: Delay | null | undefined;
  returnWhen?: typeof FIRST_COMPLETED | typeof FIRST_EXCEPTION | typeof ALL_COMPLETED | undefined;
}

const OPTIONS: OptionNames<WaitOptions> = { timeout: true, returnWhen: true };

type FutureOf<X> = X extends Future<infer _> ? X : Future<ResultOf<X>>;

/**
 * Waits for some or all (`asyncio.wait`), and gives those that are done and those that are not, in the order of the arguments. Never
 * throws what they end with, and cancels nothing: neither at its timeout nor when it is cancelled itself.
 * @throws `ValueError` for an empty list and an unknown `returnWhen`.
 */
export function wait<S extends Joinable<unknown>>(
  sources: Iterable<S>,
  options: WaitOptions = {},
): Coroutine<[done: Set<FutureOf<S>>, pending: Set<FutureOf<S>>]> {
  if (typeof (sources as Partial<Iterable<S>> | null)?.[Symbol.iterator] !== "function" || "then" in sources) {
    throw new TypeError(`wait() takes a list of futures, got ${describe(sources)}`);
  }
  checkOptionNames("wait()", options, OPTIONS);
  return waiting(sources, options) as Coroutine<[Set<FutureOf<S>>, Set<FutureOf<S>>]>;
}

const waiting = coroutine(function* wait(sources: Iterable<Joinable<unknown>>, options: WaitOptions) {
  const { timeout = null, returnWhen = ALL_COMPLETED } = options;
  if (returnWhen !== FIRST_COMPLETED && returnWhen !== FIRST_EXCEPTION && returnWhen !== ALL_COMPLETED) {
    throw new ValueError(`Invalid return_when value: ${returnWhen}`);
  }
  const seconds = timeout === null ? null : parseDelay(timeout, "timeout");
  const futures = new Set(ensureEach(sources));
  if (futures.size === 0) throw new ValueError("Set of Tasks/Futures is empty.");
  yield* firstOf(futures, returnWhen, seconds);
  const done = new Set<Future<unknown>>();
  const pending = new Set<Future<unknown>>();
  for (const future of futures) (future.done() ? done : pending).add(future);
  return [done, pending] as [Set<Future<unknown>>, Set<Future<unknown>>];
});

/** Waits until `returnWhen` holds for `futures`, or `seconds` have passed. */
export function* firstOf(
  futures: ReadonlySet<Future<unknown>>,
  returnWhen: NonNullable<WaitOptions["returnWhen"]>,
  seconds: number | null,
): CoroutineGenerator<void> {
  const waiter = new Future<void>();
  const loop = waiter.getLoop();
  const release = () => {
    if (!waiter.done()) waiter.setResult();
  };
  const timer = seconds === null ? null : loop.enqueueAt(loop.time() + seconds, { run: release });
  let left = futures.size;
  const completed = (future: Future<unknown>) => {
    left--;
    const failed = returnWhen === FIRST_EXCEPTION && !future.cancelled() && failureOf(future) !== null;
    if (left > 0 && returnWhen !== FIRST_COMPLETED && !failed) return;
    timer?.cancel();
    release();
  };
  const waiters = [...futures].map((future) => new WhenDone(loop, future, completed, "wait()"));
  try {
    yield* waiter;
  } finally {
    timer?.cancel();
    for (const each of waiters) each.remove();
  }
}
