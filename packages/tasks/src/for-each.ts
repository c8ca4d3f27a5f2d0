import { type Awaitable, type Body, type CoroutineGenerator, describe, isCall, isWaitable } from "@tsyncio/contract";
import { fromPromise } from "@tsyncio/futures";
import { callBody } from "./body-call.js";
import type { Coroutine } from "./coroutine.js";
import { coroutine, givesCoroutine, isCoroutineFunction } from "./coroutine-function.js";
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
  const iterator = iteratorOf(source);
  const { openIterators } = currentStrand("forEach()").scope.loop;
  openIterators.add(iterator as AsyncIterator<unknown>);
  let ended = false;
  try {
    for (;;) {
      const { done, value } = (yield* call(iterator, "next")) as IteratorResult<unknown>;
      if (done) {
        ended = true;
        return;
      }
      if ((yield* callBody(body, [value], "forEach")) === false) return;
    }
  } finally {
    openIterators.delete(iterator as AsyncIterator<unknown>);
    if (!ended && iterator.return !== undefined) yield* call(iterator, "return");
  }
});

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/** A string has iterators, too, and `in` works on objects only. */
function iteratorOf(source: AsyncIterable<unknown> | Iterable<unknown>): AnyIterator {
  const iterable = Object(source) as AsyncIterable<unknown> | Iterable<unknown>;
  return Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
}

const AsyncGenerator = Object.getPrototypeOf(async function* () {}).prototype as object;

const isAsyncFunction = (fn: unknown) => isCoroutineFunction(fn) && !givesCoroutine(fn);

/** Calls a method of `iterator`, and gives what that gives when it is awaited; a plain value as it is. */
function* call(iterator: AnyIterator, method: "next" | "return"): CoroutineGenerator<unknown> {
  // Code of the user's, which waits on behalf of the caller's scope, as a body does.
  if (Object.prototype.isPrototypeOf.call(AsyncGenerator, iterator) || isAsyncFunction(iterator[method])) {
    return yield* callBody(
      () => (iterator as AsyncIterator<unknown>)[method]?.() as PromiseLike<unknown>,
      [],
      "forEach",
    );
  }
  const value: unknown = iterator[method]?.();
  if (isCall(value) || isWaitable(value)) return yield* value as unknown as Awaitable<unknown>;
  if (typeof (value as Partial<PromiseLike<unknown>> | null)?.then !== "function") return value;
  return yield* fromPromise(value as PromiseLike<unknown>);
}
