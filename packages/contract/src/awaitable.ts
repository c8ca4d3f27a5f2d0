import type { TaskContract } from "./loop.js";
import type { Suspension } from "./step.js";

/** What both `await` (in async functions) and `yield*` (in generator coroutines) work on. */
export interface Awaitable<T> extends Promise<T> {
  /** For `yield*` in a generator coroutine. */
  [Symbol.iterator](): Iterator<Suspension, T, unknown>;
  /** `yield*` in an `async function*` would do nonsense: it throws. Write `await`. */
  [Symbol.asyncIterator]: () => never;
}

/** Handles an error, as `Promise`'s handlers do: one that says which class it expects, `(error: Error) => …`, is one too. */
export type ErrorHandler<B> = { handle(error: unknown): B | PromiseLike<B> }["handle"];

/** A generator that a task can run: what a generator coroutine is when it is called. */
export type CoroutineGenerator<T> = Generator<Suspension, T, unknown>;

/** The body of a scope or a task: a generator function, an async function, or any function that returns an awaitable. */
export type Body<A extends unknown[], T> = (...args: A) => CoroutineGenerator<T> | PromiseLike<T>;

/**
 * What a task can be made from: a coroutine, a generator object, or a function that gives an awaitable when the task starts. An async
 * function gets its task: on hosts without async context it has no other way to it after its first `await`.
 */
export type Startable<T> = StartableCoroutine<T> | CoroutineGenerator<T> | Body<[task: TaskContract], T>;

/** A coroutine object; told from futures and promises, which run already, by its lazy start. */
export interface StartableCoroutine<T> extends Awaitable<T> {
  close(): void;
}

/** What can be waited for as one of several: all of {@link Startable}, and futures and promises, which run already. */
export type Joinable<T> = Startable<T> | PromiseLike<T>;

/** The type of the result of something that is {@link Joinable}. */
export type ResultOf<X> = X extends (...args: never[]) => infer R ? ResultOfAwaitable<R> : ResultOfAwaitable<X>;

type ResultOfAwaitable<X> = X extends { [Symbol.iterator](): Iterator<unknown, infer T, infer _N> }
  ? T
  : X extends PromiseLike<infer U>
    ? U
    : X;
