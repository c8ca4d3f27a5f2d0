import { type Awaitable, type Body, type CoroutineGenerator, describe, isCall, isWaitable } from "@tsyncio/contract";
import { fromPromise } from "@tsyncio/futures";
import { callBody } from "./body-call.js";
import { type Coroutine, coroutine } from "./coroutine.js";
import { currentStrand } from "./current.js";

/**
 * `async for` in a generator coroutine: runs `body(item)` for each item of `source`, one after the other. A body that gives `false` ends
 * the loop. The iterator is closed when the loop ends before it does: by `false`, an error or a cancellation.
 * @param source - an async iterable, or an ordinary one
 * @param body - a generator function, an async function, or any function that returns an awaitable
 */
export function forEach<T>(source: AsyncIterable<T> | Iterable<T>, body: Body<[T], unknown>): Coroutine<void> {
  const isIterable = typeof source === "object" && source !== null && hasIterator(source);
  if (!isIterable && typeof source !== "string") {
    throw new TypeError(`forEach() takes an async iterable or an iterable, got ${describe(source)}`);
  }
  if (typeof body !== "function")
    throw new TypeError(`a function was expected as the body of forEach(), got ${describe(body)}`);
  return iterate(source as AsyncIterable<unknown>, body as Body<unknown[], unknown>);
}

/** `Symbol.asyncIterator` in the value would throw for coroutines, and is what says that they are none. */
function hasIterator(source: object): boolean {
  if (isCall(source) || isWaitable(source)) return false;
  return Symbol.asyncIterator in source || Symbol.iterator in source;
}

const iterate = coroutine(function* forEach(
  source: AsyncIterable<unknown> | Iterable<unknown>,
  body: Body<unknown[], unknown>,
) {
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : (source[Symbol.iterator]() as Iterator<unknown>);
  const { openIterators } = currentStrand("forEach()").scope.loop;
  openIterators.add(iterator as AsyncIterator<unknown>);
  let ended = false;
  try {
    for (;;) {
      const { done, value } = (yield* awaited(iterator.next())) as IteratorResult<unknown>;
      if (done) {
        ended = true;
        return;
      }
      if ((yield* callBody(body, [value], "forEach")) === false) return;
    }
  } finally {
    openIterators.delete(iterator as AsyncIterator<unknown>);
    if (!ended && iterator.return !== undefined) yield* awaited(iterator.return());
  }
});

/** What `value` gives when it is awaited; a plain value as it is. */
function* awaited(value: unknown): CoroutineGenerator<unknown> {
  if (isCall(value) || isWaitable(value)) return yield* value as unknown as Awaitable<unknown>;
  if (typeof (value as Partial<PromiseLike<unknown>> | null)?.then !== "function") return value;
  return yield* fromPromise(value as PromiseLike<unknown>);
}
