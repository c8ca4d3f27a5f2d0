/**
 * The step protocol: what a coroutine may `yield` to the task that drives it, and what the two sides owe each other.
 * Third-party awaitables and loops implement this file and nothing else.
 *
 * A task runs a generator until it yields, and looks at what came:
 *
 *   undefined   give up one turn: the task joins the end of its loop's ready queue
 *   a Waitable  wait until it is done: the task registers itself with `addWaiter` and leaves
 *   a Call      run another coroutine inline: the task pushes `open()` on a stack of its own and goes on in it.
 *               (Nested `yield*` costs O(depth) at every resume; a stack costs O(1).)
 *   a NativeSuspension or ContextSwitch, which only the task package itself yields
 *
 * Invariants
 * - A waiter is registered with at most one waitable at a time, and is removed (`removeWaiter`) or woken, never both.
 * - A waitable that becomes done hands each of its waiters, in the order of registration, to `waiter.loop.enqueue`, once. It
 *   never calls `run` itself. A waiter that is added to a waitable that is done is enqueued at once. A waiter whose
 *   loop is closed is skipped, without an error for the one who wakes.
 * - A cancellation goes from the task to what it waits for: `waitable.cancel(reason)`. `true` means that the waitable is
 *   done, or will be; the waiter is then woken in the ordinary way and `result()` throws the `CancelledError`. `false`
 *   means that nothing was cancelled; the task keeps the cancellation for its next step.
 * - `result()`, or `tell()` where there is one, is called once per waiter, by the waiter, when it is woken.
 */
import type { Context } from "./host.js";
import type { LoopContract } from "./loop.js";
import type { Sink } from "./scope.js";

/** The mark (`"@@tsyncio"`) of a {@link Waitable}. */
export const WAIT = 1;
/** The mark (`"@@tsyncio"`) of a {@link Call}. */
export const CALL = 2;
/** The mark of a {@link NativeSuspension}. */
export const NATIVE = 3;
/** The mark of a {@link ContextSwitch}. */
export const SWITCH = 4;

/** What stands in a loop's ready queue. */
export interface Runnable {
  /** Does the work of one callback. What it throws goes to the loop's exception handler. */
  run(): void;
}

/** Who waits for a {@link Waitable}: woken by being enqueued on its own loop. */
export interface Waiter extends Runnable {
  readonly loop: LoopContract;
}

/** Something that becomes done once, such as a future or a task. */
export interface Waitable<T = unknown> {
  readonly "@@tsyncio": typeof WAIT;
  done(): boolean;
  /** The value. Throws the error, or a `CancelledError`; `InvalidStateError` while it is not done. */
  result(): T;
  /** {@link result} for who would catch what it throws: tells `sink`, at once. Left out, `result` is called. */
  tell?(sink: Sink<T>): void;
  /** What it was cancelled with, without reading the error; `undefined` when there was no reason. */
  cancelReason(): unknown;
  /** Asks for its end. `false` when there was nothing to cancel. */
  cancel(reason?: unknown): boolean;
  getLoop(): LoopContract;
  addWaiter(waiter: Waiter): void;
  /** Takes a waiter back, in O(1). `false` when it is not registered (any more). */
  removeWaiter(waiter: Waiter): boolean;
}

/** A coroutine that asks to be run inline. */
export interface Call<T = unknown> {
  readonly "@@tsyncio": typeof CALL;
  /** What stack traces call it. */
  readonly name: string;
  /** Where it was made, as `file:line:column`; known in debug mode. */
  readonly source: string | null;
  /** Who called it, while it is on the stack of a task; `null` before and after. Kept by that task. */
  caller: Call | null;
  /** What {@link open} gave. */
  readonly frame: CoroutineFrame<T>;
  /** Starts it, and gives its frame. Called once; a second call throws `RuntimeError: cannot reuse already awaited coroutine`. */
  open(): CoroutineFrame<T>;
}

/** A generator as a task drives it. */
export interface CoroutineFrame<T = unknown> {
  next(value?: unknown): IteratorResult<unknown, T>;
  throw(error: unknown): IteratorResult<unknown, T>;
  return(value: T): IteratorResult<unknown, T>;
}

/** An async function, or another foreign promise, as what a coroutine waits for: the task goes on when it settles, without a turn. */
export interface NativeSuspension {
  readonly "@@tsyncio": typeof NATIVE;
  readonly promise: PromiseLike<unknown>;
}

/** Asks to go on at once in another async context. */
export interface ContextSwitch {
  readonly "@@tsyncio": typeof SWITCH;
  readonly context: Context | null;
}

/** What may be yielded. Its type is opaque: user code writes `yield*` on an awaitable, or a bare `yield`. */
export type Suspension = Waitable | Call | NativeSuspension | ContextSwitch | undefined;

/** Whether `value` is a future, task or any other {@link Waitable}, of any copy of any package. */
export function isWaitable(value: unknown): value is Waitable {
  return typeof value === "object" && value !== null && (value as Partial<Waitable>)["@@tsyncio"] === WAIT;
}

/** Whether `value` is a coroutine object, of any copy of any package. */
export function isCall(value: unknown): value is Call {
  return typeof value === "object" && value !== null && (value as Partial<Call>)["@@tsyncio"] === CALL;
}
