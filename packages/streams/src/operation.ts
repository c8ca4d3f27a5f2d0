import {
  type Call,
  type CoroutineFrame,
  type ErrorHandler,
  registry,
  type ScopeContract,
  type Sink,
  type Waitable,
} from "@tsyncio/contract";
import { Coroutine, notDriven, reused, watchForAwait } from "@tsyncio/tasks";

/** What {@link Operation.attempt} gives while it has to wait. */
export const PENDING: unique symbol = Symbol("pending");

/**
 * The states after NEW. NEW ──a task opens it──▶ OPEN ──▶ WAITING ──▶ ENDED. `yield*` and `await` go from NEW to WAITING, or to ENDED at once;
 * WAITING comes again when what was waited for was not enough.
 */
const OPEN = 1;
const WAITING = 2;
const ENDED = 9;

/** An async function that waits: where the outcome goes, and the scope that it waits in. */
interface NativeCaller<T> extends Sink<T> {
  readonly scope: ScopeContract;
}

/**
 * A coroutine that looks whether it can end, and waits where it cannot; after each wait it looks again. What is there already costs no turn of
 * the loop. Nothing is taken before the look that ends it, so that a cancellation finds nothing half done.
 */
export abstract class Operation<T> extends Coroutine<T> implements CoroutineFrame<T>, Sink<unknown> {
  caller: Call | null = null;
  private native: NativeCaller<T> | null = null;

  constructor() {
    super();
    watchForAwait(this);
  }

  /** The result, if it is there. Throws what the operation fails with. */
  protected abstract attempt(): T | typeof PENDING;
  /** What to wait for until the next attempt; `undefined`: one turn of the loop. */
  protected abstract wait(): Waitable | undefined;
  /** A wait is over: by a result, an error, a cancellation, or because nobody waits any more. */
  protected abstract waited(): void;

  /** Its own. */
  get frame(): CoroutineFrame<T> {
    return this;
  }

  override open(): CoroutineFrame<T> {
    if (this.isUsed()) throw reused();
    this.leave(OPEN);
    return this;
  }

  override next(): IteratorResult<unknown, T> {
    if (this.state === WAITING) {
      const target = this.value as Waitable | undefined;
      if (target === undefined ? registry.stepping === null : !target.done()) throw notDriven(this);
      this.waited();
    } else if (this.state === ENDED) throw reused();
    this.leave(ENDED);
    const result = this.attempt();
    if (result === PENDING) this.begin();
    else {
      this.done = true;
      this.value = result;
    }
    return this as unknown as IteratorResult<unknown, T>;
  }

  override throw(error: unknown): never {
    this.close();
    throw error;
  }

  override return(value: T): IteratorResult<unknown, T> {
    this.close();
    return super.return(value);
  }

  override close(): void {
    if (this.state === WAITING) this.waited();
    super.close();
  }

  /** As a coroutine's; but where there is nothing to wait for it is done at once. */
  override then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ErrorHandler<B> | null,
  ): Promise<A | B> {
    if (this.isUsed()) return Promise.reject(reused()).then(onValue, onError);
    try {
      const result = this.now();
      return result === PENDING ? super.then(onValue, onError) : Promise.resolve(result).then(onValue, onError);
    } catch (error) {
      this.leave(ENDED);
      return Promise.reject(error).then(onValue, onError);
    }
  }

  /** Ends it at once, if it can: for who has not begun to wait for it. */
  now(): T | typeof PENDING {
    const result = this.attempt();
    if (result !== PENDING) this.leave(ENDED);
    return result;
  }

  /** The wait of an async function is over. */
  onValue(): void {
    const native = this.native as NativeCaller<T>;
    let result: T | typeof PENDING;
    try {
      this.waited();
      this.state = ENDED;
      result = this.attempt();
      if (result === PENDING) {
        native.scope.waitFor(this.begin() ?? null, this);
        return;
      }
    } catch (error) {
      native.onError(error);
      return;
    }
    native.onValue(result);
  }

  /** The wait of an async function failed. */
  onError(error: unknown): void {
    this.close();
    this.native?.onError(error);
  }

  protected override awaitIn(scope: ScopeContract, sink: Sink<T>): void {
    this.leave(ENDED);
    this.native = { scope, onValue: sink.onValue, onError: sink.onError };
    scope.waitFor(this.begin() ?? null, this);
  }

  private begin(): Waitable | undefined {
    const target = this.wait();
    this.value = target;
    this.state = WAITING;
    return target;
  }
}
