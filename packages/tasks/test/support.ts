import { getRunningLoop } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { coroutine } from "@tsyncio/tasks";
import { type Laws, laws } from "@tsyncio/test-support";

/** A law, tried with both kinds of coroutine. */
export const both: Laws = laws(coroutine);

/** Gives up one turn. */
export const turn = coroutine(function* turn() {
  yield;
});

/** Gives up several turns. */
export const turns = coroutine(function* turns(count: number) {
  for (let i = 0; i < count; i++) yield;
});

/** What `sleep` is, which stands above this package. */
export const pause = coroutine(function* pause<T>(seconds: number, value?: T) {
  const future = new Future<T>();
  const ring = () => {
    if (!future.done()) future.setResult(value as T);
  };
  const timer = getRunningLoop().callLater(seconds, ring, { context: null });
  try {
    return yield* future;
  } finally {
    timer.cancel();
  }
});
