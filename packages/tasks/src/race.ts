import { type CoroutineGenerator, type Joinable, type ResultOf, ValueError } from "@tsyncio/contract";
import type { Future } from "@tsyncio/futures";
import { splitArguments } from "./arguments.js";
import type { Coroutine } from "./coroutine.js";
import { coroutine } from "./coroutine-function.js";
import { ensureEach } from "./ensure-future.js";
import { ALL_COMPLETED, FIRST_COMPLETED, firstOf } from "./wait.js";

/**
 * The outcome of the first to end: `race(a, b)` or `race([a, b])`. The losers are cancelled, and waited for; so they are when the race
 * itself is cancelled.
 * @throws what the winner ends with; `ValueError` when there is nothing to race.
 */
export function race<const S extends readonly Joinable<unknown>[]>(...sources: S): Coroutine<ResultOf<S[number]>>;
export function race<S extends Joinable<unknown>>(sources: Iterable<S>): Coroutine<ResultOf<S>>;
export function race(...args: unknown[]): Coroutine<unknown> {
  const [sources] = splitArguments("race", args, {});
  return racing(sources as Iterable<Joinable<unknown>>);
}

const racing = coroutine(function* race(sources: Iterable<Joinable<unknown>>) {
  const runners = new Set(ensureEach(sources));
  if (runners.size === 0) throw new ValueError("race() of nothing would never end");
  let winner: Future<unknown> | undefined;
  try {
    yield* firstOf(runners, FIRST_COMPLETED, null);
    winner = [...runners].find((runner) => runner.done());
  } finally {
    yield* cancelAll(runners);
  }
  return winner?.result();
});

/** Cancels those that are not done, and waits until they are: also when it is cancelled itself meanwhile, which it tells afterwards. */
function* cancelAll(runners: Iterable<Future<unknown>>): CoroutineGenerator<void> {
  const left = new Set(runners);
  for (const runner of runners) runner.cancel();
  let interruption: { error: unknown } | null = null;
  for (;;) {
    for (const runner of left) if (runner.done()) left.delete(runner);
    if (left.size === 0) break;
    try {
      yield* firstOf(left, ALL_COMPLETED, null);
    } catch (error) {
      interruption = { error };
    }
  }
  if (interruption !== null) throw interruption.error;
}
