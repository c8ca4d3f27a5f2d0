import {
  type Call,
  type CoroutineFrame,
  type ErrorHandler,
  loopForNew,
  registry,
  type ScopeContract,
  type Sink,
  type Waitable,
} from "@tsyncio/contract";
import { observe } from "@tsyncio/futures";
import { Coroutine, ENDED, NEW, notDriven, reused, WATCHED } from "./coroutine.js";
import { warnOfSharedTask, watchForAwait } from "./never-awaited.js";
import { currentScope } from "./scope-cells.js";

/** What {@link Operation.attempt} gives where it has to wait. */
export const PENDING: unique symbol = Symbol("pending");

/** NEW ──a task opens it──▶ OPEN ──▶ WAITING ──▶ ENDED. `yield*` and `await` go from NEW on; WAITING comes as often as it has to wait. */
const OPEN = 1;
const WAITING = 2;

/** An async function that waits: where the outcome goes, and the scope that it belongs to. */
export interface NativeCaller<T> extends Sink<T> {
  /** `null` outside of any task; `undefined` until it waits. */
  scope: ScopeContract | null | undefined;
}

/**
 * A coroutine without a generator, which is attempted, waits where it can't end yet, and is attempted again: nothing happens before it
 * is awaited, what is there already costs no turn of the loop, and outside of any task none is made for it. For the packages above this one.
 *
 * Nothing is taken before the attempt that ends it, so that a cancellation finds nothing half done.
 */
export abstract class Operation<T> extends Coroutine<T> implements CoroutineFrame<T>, Sink<unknown> {
  caller: Call | null = null;
  private _native: NativeCaller<T> | null = null;

  constructor() {
    super();
    watchForAwait(this);
  }

  /** Ends it, with a result or an error, or gives {@link PENDING}. */
  protected abstract attempt(): T | typeof PENDING;
  /** What to wait for until the next attempt; `undefined`: one turn of the loop. */
  protected abstract wait(): Waitable | undefined;
  /** A wait is over. `again`: another attempt follows; else the wait failed, was cancelled, or was given up. */
  protected abstract waited(again: boolean): void;

  /** Waits for `target` where no task does. */
  protected waitOutside(target: Waitable | undefined): void {
    if (target !== undefined) {
      observe(target, this);
      return;
    }
    const loop = loopForNew();
    const goOn = () => {
      loop.wakesNative();
      this.onValue();
    };
    loop.enqueue({ run: goOn });
  }

  /** Its own. */
  get frame(): CoroutineFrame<T> {
    return this;
  }

  override open(): CoroutineFrame<T> {
    if (this.state > NEW) throw reused();
    this.leave(OPEN);
    return this;
  }

  override next(): IteratorResult<unknown, T> {
    if (this.state === WAITING) {
      const target = this.value as Waitable | undefined;
      if (target === undefined ? registry.stepping === null : !target.done()) throw notDriven(this);
      this.waited(true);
    } else if (this.state > OPEN) throw reused();
    this.leave(ENDED);
    const result = this.attempt();
    if (result === PENDING) this._wait();
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
    const isWaiting = this.state === WAITING;
    super.close();
    if (isWaiting) this.waited(false);
  }

  /** As a coroutine's; but where there is nothing to wait for it is done at once, and outside of any task none is made for it. */
  override then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ErrorHandler<B> | null,
  ): Promise<A | B> {
    if (this.state > NEW) return Promise.reject(reused()).then(onValue, onError);
    if (this.state === WATCHED) warnIfShared(this);
    this.leave(ENDED);
    let result: T | typeof PENDING;
    try {
      result = this.attempt();
      if (result === PENDING) {
        const promise = new Promise<T>(keepSink);
        this._waitFor({ scope: undefined, onValue: resolveLatest, onError: rejectLatest } as NativeCaller<T>);
        return promise.then(onValue, onError);
      }
    } catch (error) {
      return Promise.reject(error).then(onValue, onError);
    }
    return toldAtOnce(result, onValue);
  }

  /** Begins it on behalf of an async function, and tells `native` of the outcome: at once, or when it is there. */
  tellNative(native: NativeCaller<T>): void {
    if (this.state === WATCHED) warnIfShared(this);
    this.leave(ENDED);
    this._attemptFor(native);
  }

  /** The wait of an async function is over. */
  onValue(): void {
    this._attemptFor(this._native as NativeCaller<T>);
  }

  /** The wait of an async function failed. */
  onError(error: unknown): void {
    this.close();
    this._native?.onError(error);
  }

  /** Attempts it on behalf of an async function. */
  private _attemptFor(native: NativeCaller<T>): void {
    let result: T | typeof PENDING;
    try {
      if (this.state === WAITING) this.waited(true);
      this.state = ENDED;
      result = this.attempt();
      if (result === PENDING) {
        this._waitFor(native);
        return;
      }
    } catch (error) {
      native.onError(error);
      return;
    }
    native.onValue(result);
  }

  /** Waits, on behalf of an async function. */
  private _waitFor(native: NativeCaller<T>): void {
    this._native = native;
    if (native.scope === undefined) native.scope = currentScope();
    const target = this._wait();
    if (native.scope === null) this.waitOutside(target);
    else native.scope.waitFor(target ?? null, this);
  }

  private _wait(): Waitable | undefined {
    const target = this.wait();
    this.value = target;
    this.state = WAITING;
    return target;
  }
}

/** What the executor of the latest promise was given: one function for all of them is cheaper than one for each. */
export let resolveLatest: (value: never) => void;
export let rejectLatest: (error: unknown) => void;
export const keepSink = (resolve: (value: never) => void, reject: (error: unknown) => void): void => {
  resolveLatest = resolve;
  rejectLatest = reject;
};

const SETTLED = Promise.resolve();

/** `Promise.resolve(value).then(onValue)`. The platform asks everything that it settles a promise with for its `then`, and is spared once. */
function toldAtOnce<T, A>(value: T, onValue: ((value: T) => A | PromiseLike<A>) | null | undefined): Promise<A> {
  const isSimple =
    typeof onValue === "function" && typeof (value as Partial<PromiseLike<T>> | null)?.then !== "function";
  return isSimple ? SETTLED.then(() => onValue(value)) : (Promise.resolve(value).then(onValue) as Promise<A>);
}

function warnIfShared(operation: Operation<unknown>): void {
  const scope = currentScope();
  if (scope !== null) warnOfSharedTask(operation, scope);
}
