import {
  type Awaitable,
  CALL,
  type Call,
  type CoroutineFrame,
  type ErrorHandler,
  isCall,
  loopForNew,
  RuntimeError,
  type ScopeContract,
  type Sink,
  type Suspension,
} from "@tsyncio/contract";
import { observe } from "@tsyncio/futures";
import { noteUse, sourceOf, warnOfSharedTask } from "./never-awaited.js";
import { currentScope } from "./scope-cells.js";

/** The states that every coroutine has: WATCHED is NEW, with a warning waiting should it be collected so. */
export const WATCHED = -1;
export const NEW = 0;
export const ENDED = 9;

/**
 * A coroutine object: lazy (nothing runs until it is awaited or made a task) and for one use. `yield*` and, in an async function,
 * `await` run it inline in the current task; `await` outside any task makes it a task.
 *
 * Two kinds: one that runs a generator, and {@link SingleWait}, which needs none. They are made by the million: the classes have few
 * fields and nothing `#private`, which would keep V8 from inlining their constructors (a quarter of the time of `sleep(0)`).
 */
export abstract class Coroutine<T> implements Awaitable<T>, Call<T> {
  declare readonly "@@tsyncio": typeof CALL;
  static {
    Object.defineProperty(this.prototype, "@@tsyncio", { value: CALL });
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: Coroutine<unknown>) {
        return this.toString();
      },
    });
  }

  /** What stack traces call it. */
  abstract readonly name: string;
  /** What the task drives. */
  abstract readonly frame: CoroutineFrame<T>;
  /** Who called it, while it is on the stack of a task. Kept by that task. */
  abstract caller: Call | null;
  /** NEW, then the states of its kind, then ENDED. */
  protected state: number = NEW;
  /** The duties of an iterator result: `yield*` hands `value` to the task, and gets back what the task sends. */
  protected done = false;
  protected value: unknown = undefined;

  get [Symbol.toStringTag](): string {
    return "Coroutine";
  }

  isUsed(): boolean {
    return this.state > NEW;
  }

  /** Notes that a warning waits for it to be collected unused. */
  watch(): void {
    this.state = WATCHED;
  }

  get source(): string | null {
    return sourceOf(this);
  }

  /** Starts it, on behalf of a task, and gives what that drives. */
  abstract open(): CoroutineFrame<T>;
  abstract next(sent?: unknown): IteratorResult<unknown, T>;

  /** Ends it without running it further: `finally` blocks run, as with `generator.return()`. Nothing happens when it has ended. */
  close(): void {
    this.leave(ENDED);
  }

  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    return this as unknown as Iterator<Suspension, T, unknown>;
  }

  throw(error: unknown): never {
    this.state = ENDED;
    throw error;
  }

  return(value: T): IteratorResult<unknown, T> {
    this.state = ENDED;
    this.done = true;
    this.value = value;
    return this as unknown as IteratorResult<unknown, T>;
  }

  /** Runs it inline on behalf of the current task, or as a task of its own outside of any. */
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ErrorHandler<B> | null,
  ): Promise<A | B> {
    // The platform calls the handlers, in the async context of their registration.
    return new Promise<T>((resolve, reject) => {
      const sink: Sink<T> = { onValue: resolve, onError: reject };
      const scope = currentScope();
      if (scope === null) observe(loopForNew().createTask<T>(this), sink);
      else {
        if (this.state === WATCHED) warnOfSharedTask(this, scope);
        this.awaitIn(scope, sink);
      }
    }).then(onValue, onError);
  }

  catch<B = never>(onError?: ErrorHandler<B> | null): Promise<T | B> {
    return this.then(null, onError);
  }

  finally(onDone?: (() => void) | null): Promise<T> {
    return this.then<T>().finally(onDone);
  }

  get [Symbol.asyncIterator](): () => never {
    throw new TypeError(`yield* of coroutine ${this.name} in an async generator: write await`);
  }

  /** What loggers show of it. */
  toJSON(): string {
    return this.toString();
  }

  toString(): string {
    return `<Coroutine ${this.name}>`;
  }

  /** An async function of `scope` waits for it. */
  protected awaitIn(scope: ScopeContract, sink: Sink<T>): void {
    scope.runInline(this, sink);
  }

  /** Goes to `state`: it is used now, and needs no warning. */
  protected leave(state: number): void {
    if (this.state === WATCHED) noteUse(this);
    this.state = state;
  }
}

/** Whether `value` is a coroutine object, of any copy of this package (`asyncio.iscoroutine`). */
export function isCoroutine(value: unknown): value is Coroutine<unknown> {
  return isCall(value);
}

/** The error of a second use. */
export function reused(): RuntimeError {
  return new RuntimeError("cannot reuse already awaited coroutine (call the coroutine function again for a fresh one)");
}

/** The error of an iterator that something else than a task drives. */
export function notDriven(coroutine: Coroutine<unknown>): RuntimeError {
  return new RuntimeError(`${coroutine} was driven by something that is no task: write yield*`);
}
