import type { Joinable, ResultOf } from "@tsyncio/contract";
import { Future, failureOf } from "@tsyncio/futures";
import { ensureFuture } from "./ensure-future.js";
import { WhenDone } from "./when-done.js";

/**
 * A future of the same outcome that can be cancelled without cancelling `source` (`asyncio.shield`). When the waiter is cancelled,
 * `source` goes on; an error that it ends with later is reported as one that nobody read.
 */
export function shield<S extends Joinable<unknown>>(source: S): Future<ResultOf<S>> {
  const inner = ensureFuture(source) as Future<ResultOf<S>>;
  if (inner.done()) return inner;
  const loop = inner.getLoop();
  const outer = new Shield<ResultOf<S>>({ loop });
  const watch = new WhenDone(loop, inner, () => outer.copy(inner), "shield()");
  new WhenDone(loop, outer, () => watch.remove(), "shield()");
  return outer;
}

class Shield<T> extends Future<T> {
  /** Ends as `inner` did, unless it was cancelled before: then the error of `inner` counts as read, as in asyncio. */
  copy(inner: Future<T>): void {
    if (this.done()) {
      if (!inner.cancelled()) failureOf(inner);
      return;
    }
    if (inner.cancelled()) {
      this.cancel();
      return;
    }
    const failure = failureOf(inner);
    if (failure === null) this.finish(inner.result());
    else this.fail(failure.error);
  }
}
