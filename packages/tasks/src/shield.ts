import type { Joinable, ResultOf } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
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
  const outer = new Future<ResultOf<S>>({ loop });
  const watch = new WhenDone(loop, inner, () => copyOutcome(inner, outer), "shield()");
  new WhenDone(loop, outer, () => watch.remove(), "shield()");
  return outer;
}

function copyOutcome<T>(inner: Future<T>, outer: Future<T>): void {
  if (outer.done()) {
    if (!inner.cancelled()) inner.exception();
  } else if (inner.cancelled()) outer.cancel();
  else {
    const error = inner.exception();
    if (error !== null) outer.setException(error);
    else outer.setResult(inner.result());
  }
}
