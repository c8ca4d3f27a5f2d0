import {
  type Awaitable,
  CALL,
  type Call,
  type CoroutineFrame,
  type ErrorHandler,
  loopForNew,
  RuntimeError,
  registry,
  type ScopeContract,
  type Sink,
  type Suspension,
  type Waitable,
} from "@tsyncio/contract";
import { observe } from "@tsyncio/futures";

/** What {@link Operation.attempt} gives while it has to wait. */
export const PENDING: unique symbol = Symbol("pending");

/**
 * NEW ──a task opens it──▶ OPEN ──▶ WAITING ──▶ ENDED. `yield*` and `await` go from NEW to WAITING, or to ENDED at once; WAITING comes again
 * when what was waited for was not enough.
 */
const NEW = 0;
const OPEN = 1;
const WAITING = 2;
const ENDED = 3;

/**
 * A coroutine that looks whether it can end, and waits where it cannot; after each wait it looks again. What is there already costs no turn of
 * the loop. Nothing is taken before the look that ends it, so that a cancellation finds nothing half done.
 */
export abstract class Operation<T> implements Awaitable<T>, Call<T>, CoroutineFrame<T>, Sink<unknown> {
  declare readonly "@@tsyncio": typeof CALL;
  static {
    Object.defineProperty(this.prototype, "@@tsyncio", { value: CALL });
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: Operation<unknown>) {
        return this.toString();
      },
    });
  }

  abstract readonly name: string;
  caller: Call | null = null;
  /** The duties of an iterator result: it hands `value` to the task that drives it. */
  protected done = false;
  protected value: unknown = undefined;
  #state = NEW;
  /** Where the outcome goes, when an async function waits, and the scope that it waits in. */
  #sink: Sink<T> | null = null;
  #scope: ScopeContract | null = null;

  /** The result, if it is there. Throws what the operation fails with. */
  protected abstract attempt(): T | typeof PENDING;
  /** What to wait for until the next attempt; `undefined`: one turn of the loop. */
  protected abstract wait(): Waitable | undefined;
  /** A wait is over: by a result, an error, a cancellation, or because nobody waits any more. */
  protected abstract waited(): void;

  get [Symbol.toStringTag](): string {
    return "Coroutine";
  }

  get frame(): CoroutineFrame<T> {
    return this;
  }

  get source(): null {
    return null;
  }

  open(): CoroutineFrame<T> {
    if (this.#state !== NEW) throw reused();
    this.#state = OPEN;
    return this;
  }

  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    return this as unknown as Iterator<Suspension, T, unknown>;
  }

  next(): IteratorResult<unknown, T> {
    if (this.#state === WAITING) {
      if ((this.value as Waitable | undefined)?.done() === false) {
        throw new RuntimeError(`${this} was driven by something that is no task: write yield*`);
      }
      this.waited();
    } else if (this.#state === ENDED) throw reused();
    this.#state = ENDED;
    const result = this.attempt();
    if (result !== PENDING) return this.return(result);
    this.value = this.wait();
    this.#state = WAITING;
    return this as unknown as IteratorResult<unknown, T>;
  }

  /** Ends it at once, if it can: for who has not begun to wait for it. */
  now(): T | typeof PENDING {
    const result = this.attempt();
    if (result !== PENDING) this.#state = ENDED;
    return result;
  }

  throw(error: unknown): never {
    this.close();
    throw error;
  }

  return(value: T): IteratorResult<unknown, T> {
    this.close();
    this.done = true;
    this.value = value;
    return this as unknown as IteratorResult<unknown, T>;
  }

  /** Ends it without a result. */
  close(): void {
    const waiting = this.#state === WAITING;
    this.#state = ENDED;
    if (waiting) this.waited();
  }

  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ErrorHandler<B> | null,
  ): Promise<A | B> {
    return this.#promise().then(onValue, onError);
  }

  catch<B = never>(onError?: ErrorHandler<B> | null): Promise<T | B> {
    return this.then(null, onError);
  }

  finally(onDone?: (() => void) | null): Promise<T> {
    return this.#promise().finally(onDone);
  }

  get [Symbol.asyncIterator](): () => never {
    throw new TypeError(`yield* of coroutine ${this.name} in an async generator: write await`);
  }

  /** The wait of an async function is over. */
  onValue(): void {
    const sink = this.#sink as Sink<T>;
    let result: T | typeof PENDING;
    try {
      this.waited();
      this.#state = ENDED;
      result = this.attempt();
      if (result === PENDING) {
        this.#waitIn(this.#scope as ScopeContract);
        return;
      }
    } catch (error) {
      sink.onError(error);
      return;
    }
    sink.onValue(result);
  }

  /** The wait of an async function failed. */
  onError(error: unknown): void {
    this.close();
    this.#sink?.onError(error);
  }

  toString(): string {
    return `<Coroutine ${this.name}>`;
  }

  #promise(): Promise<T> {
    if (this.#state !== NEW) return Promise.reject(reused());
    try {
      const result = this.now();
      if (result !== PENDING) return Promise.resolve(result);
    } catch (error) {
      this.#state = ENDED;
      return Promise.reject(error);
    }
    return new Promise<T>((resolve, reject) => {
      const sink = { onValue: resolve, onError: reject };
      const scope = registry.currentScope?.() ?? null;
      if (scope === null) {
        observe(loopForNew().createTask<T>(this), sink);
        return;
      }
      this.#sink = sink;
      this.#scope = scope;
      this.#waitIn(scope);
    });
  }

  #waitIn(scope: ScopeContract): void {
    const target = this.wait();
    this.value = target;
    this.#state = WAITING;
    scope.waitFor(target ?? null, this);
  }
}

/** The error of a second use. */
function reused(): RuntimeError {
  return new RuntimeError("cannot reuse already awaited coroutine (call the coroutine function again for a fresh one)");
}
