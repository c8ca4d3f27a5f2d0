import { describe, isWaitable, type Joinable, type LoopContract, loopForNew, type Startable } from "@tsyncio/contract";
import { type Future, fromPromise } from "@tsyncio/futures";
import { isCoroutine } from "./coroutine.js";
import { isGenerator } from "./coroutine-function.js";

/**
 * The future of what may be joined (`asyncio.ensure_future`): futures and tasks as they are, promises through `fromPromise`,
 * all else as a new task.
 * @throws `TypeError` when it is none of these.
 */
export function ensureFuture<T>(source: Joinable<T>, options: { loop?: LoopContract | undefined } = {}): Future<T> {
  if (isWaitable(source)) return source as unknown as Future<T>;
  const loop = options.loop ?? loopForNew();
  if (isCoroutine(source) || isGenerator(source) || typeof source === "function") {
    return loop.createTask<T>(source as Startable<T>) as unknown as Future<T>;
  }
  if (typeof (source as Partial<PromiseLike<T>> | null | undefined)?.then === "function") {
    return fromPromise<T>(source as PromiseLike<T>, { loop });
  }
  throw new TypeError(
    `a future, a coroutine, a promise or a function that returns one is required, got ${describe(source)}`,
  );
}

/**
 * The future of each of `sources`, in their order. The same coroutine, generator or promise given twice is one future; a function is a fresh
 * coroutine each time.
 */
export function ensureEach(sources: Iterable<Joinable<unknown>>): Future<unknown>[] {
  const futures: Future<unknown>[] = [];
  let known: Map<unknown, Future<unknown>> | null = null;
  for (const source of sources) {
    if (isWaitable(source) || typeof source === "function") {
      futures.push(ensureFuture(source));
      continue;
    }
    known ??= new Map();
    let future = known.get(source);
    if (future === undefined) {
      future = ensureFuture(source);
      known.set(source, future);
    }
    futures.push(future);
  }
  return futures;
}
