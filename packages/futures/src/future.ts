import {
  type Awaitable,
  type CallbackOptions,
  CancelledError,
  describe,
  type ErrorHandler,
  InvalidStateError,
  isWaitable,
  type LoopContract,
  loopForNew,
  registry,
  type Sink,
  type Suspension,
  type UnreadFailure,
  WAIT,
  type Waitable,
  type Waiter,
} from "@tsyncio/contract";
import { callbackContext, callerLocation, checkCallback } from "@tsyncio/loop";
import { FutureIteration } from "./iteration.js";
import { observe, waitInScope } from "./native-wait.js";
import { DoneCallback, keyOf, WaiterList } from "./waiters.js";

/**
 * PENDING ──setResult──▶ FINISHED
 *    ├────setException─▶ UNREAD ──result(), exception(), or reported──▶ FAILED
 *    └────cancel───────▶ CANCELLED
 * The move out of PENDING is made once, and hands all waiters to their loops, in the order they came.
 */
const PENDING = 0;
const FINISHED = 1;
const UNREAD = 2;
const FAILED = 3;
const CANCELLED = 4;

/** Where futures were made; known in debug mode. */
const sources = new WeakMap<object, string>();

/** In the value of a cancelled task: the error that ended it, for the first who asks. Later ones get a new one without its reason. */
class EndedBy {
  readonly error: CancelledError;
  constructor(error: CancelledError) {
    this.error = error;
  }
}

/** How a future is made. */
export interface FutureOptions {
  /** The loop whose callbacks it calls; left out: the running one, or that of {@link getEventLoop}. */
  loop?: LoopContract | undefined;
}

/**
 * A result that is not there yet (`asyncio.Future`). May be awaited many times and by many tasks; whoever has it may set its
 * result or error, or cancel it.
 */
export class Future<T> implements Awaitable<T>, Waitable<T> {
  declare readonly "@@tsyncio": typeof WAIT;
  static {
    Object.defineProperty(this.prototype, "@@tsyncio", { value: WAIT });
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: Future<unknown>) {
        return this.toString();
      },
    });
  }

  readonly #loop: LoopContract;
  #state = PENDING;
  /** FINISHED: the result. UNREAD, FAILED: the error. CANCELLED: the reason, or an {@link EndedBy}. */
  #value: unknown = undefined;
  /** None, one, or more. `null` once done. */
  #waiters: Waiter | WaiterList | null = null;

  constructor(options?: FutureOptions) {
    const loop = loopOf(options);
    this.#loop = loop;
    if (loop.getDebug()) sources.set(this, callerLocation() ?? "an unknown place");
  }

  get [Symbol.toStringTag](): string {
    return "Future";
  }

  /** Whether it has ended: with a result, an error or a cancellation. */
  done(): boolean {
    return this.#state !== PENDING;
  }

  /** Whether it was cancelled. */
  cancelled(): boolean {
    return this.#state === CANCELLED;
  }

  /** The loop whose callbacks it calls. */
  getLoop(): LoopContract {
    return this.#loop;
  }

  /**
   * The result.
   * @throws the error that was set; `CancelledError`; `InvalidStateError` while there is no result.
   */
  result(): T {
    if (this.#state === FINISHED) return this.#value as T;
    if (this.#state === CANCELLED) throw this.#makeCancelledError();
    if (this.#state === PENDING) throw new InvalidStateError("Result is not ready.");
    this.#state = FAILED;
    throw this.#value;
  }

  /** @internal Of the step protocol: {@link result}, without throwing. */
  tell(sink: Sink<T>): void {
    if (this.#state === FINISHED) sink.onValue(this.#value as T);
    else if (this.#state === CANCELLED) sink.onError(this.#makeCancelledError());
    else if (this.#state === PENDING) sink.onError(new InvalidStateError("Result is not ready."));
    else {
      this.#state = FAILED;
      sink.onError(this.#value);
    }
  }

  /**
   * The error that was set, `null` when there is a result.
   * @throws `CancelledError`; `InvalidStateError` while it is not done.
   */
  exception(): unknown {
    if (this.#state === CANCELLED) throw this.#makeCancelledError();
    if (this.#state === PENDING) throw new InvalidStateError("Exception is not set.");
    if (this.#state === FINISHED) return null;
    this.#state = FAILED;
    return this.#value;
  }

  /**
   * Ends it with a result.
   * @throws `InvalidStateError` when it is done already.
   */
  setResult(result: T): void {
    this.finish(result);
  }

  /**
   * Ends it with an error, which is thrown to all who wait.
   * @param error - an error, or an error class to make one of
   * @throws `InvalidStateError` when it is done already; `TypeError` for `null` and `undefined`.
   */
  setException(error: unknown): void {
    if (error === null || error === undefined) {
      throw new TypeError(`an error was expected by setException(), got ${error}`);
    }
    const isClass = typeof error === "function" && (error === Error || error.prototype instanceof Error);
    this.fail(isClass ? new (error as new () => unknown)() : error);
  }

  /**
   * Cancels it: whoever awaits gets a `CancelledError` with `reason`. `false` when it is done already.
   */
  cancel(reason?: unknown): boolean {
    return this.setCancelled(reason, null);
  }

  /** @internal Of the step protocol: what it was cancelled with. */
  cancelReason(): unknown {
    return this.#state === CANCELLED && !(this.#value instanceof EndedBy) ? this.#value : undefined;
  }

  /** Has `callback(future)` called by the loop once it is done; soon, if it is. Only observes: passes no cancellation on. */
  addDoneCallback(callback: (future: this) => void, options?: CallbackOptions): void {
    checkCallback("addDoneCallback", callback);
    this.addWaiter(new DoneCallback(this.#loop, this, callback, callbackContext(this.#loop.host, options)));
  }

  /** Takes back every registration of `callback`; how many there were. Those that the loop is about to call are too late. */
  removeDoneCallback(callback: (future: this) => void): number {
    return this.#remove(callback);
  }

  /** @internal Of the step protocol: wakes `waiter` when it is done. */
  addWaiter(waiter: Waiter): void {
    if (this.#state !== PENDING) waiter.loop.enqueue(waiter);
    else if (this.#waiters === null) this.#waiters = waiter;
    else if (this.#waiters instanceof WaiterList) this.#waiters.add(waiter);
    else {
      const list = new WaiterList();
      list.add(this.#waiters);
      list.add(waiter);
      this.#waiters = list;
    }
  }

  /** @internal Of the step protocol: takes `waiter` back. */
  removeWaiter(waiter: Waiter): boolean {
    return this.#remove(waiter) > 0;
  }

  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    return new FutureIteration<T>(this);
  }

  /** Waits for it on behalf of the current task: a cancellation of the task is passed on to this future. */
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ErrorHandler<B> | null,
  ): Promise<A | B> {
    return this.#promise(waitInScope).then(onValue, onError);
  }

  /** Only observes: passes no cancellation on. */
  catch<B = never>(onError?: ErrorHandler<B> | null): Promise<T | B> {
    return this.#promise(observe).catch(onError);
  }

  /** Only observes: passes no cancellation on. */
  finally(onDone?: (() => void) | null): Promise<T> {
    return this.#promise(observe).finally(onDone);
  }

  get [Symbol.asyncIterator](): () => never {
    throw new TypeError(`yield* of a ${this[Symbol.toStringTag]} in an async generator: write await`);
  }

  toString(): string {
    const source = sources.get(this);
    return `<${this.describeSelf()}${source === undefined ? "" : ` created at ${source}`}>`;
  }

  /** What stands in `toString` between the angle brackets. */
  protected describeSelf(): string {
    const kind = this[Symbol.toStringTag];
    const value = this.#value;
    // Futures may be the results of one another, in a circle.
    if (this.#state === FINISHED) return `${kind} finished result=${isWaitable(value) ? "<...>" : describe(value)}`;
    if (this.#state === UNREAD || this.#state === FAILED) return `${kind} finished exception=${describe(value)}`;
    return `${kind} ${this.#state === PENDING ? "pending" : "cancelled"}`;
  }

  /** @internal Ends a future whose `setResult` is closed to its users. */
  protected finish(result: T): void {
    this.#checkPending();
    if (this.#loop.getDebug()) this.#warnOfAwaitable(result);
    this.#value = result;
    this.#done(FINISHED);
  }

  /** @internal Ends a future whose `setException` is closed to its users, or with what that refuses. */
  protected fail(error: unknown): void {
    this.#checkPending();
    this.#value = error;
    this.#done(UNREAD);
    this.#loop.watchFailure(new UnreadFuture(this, () => this.#state === FAILED, error));
  }

  /**
   * @internal
   * @param error - what the first who asks gets, instead of a new error with the reason
   */
  protected setCancelled(reason: unknown, error: CancelledError | null): boolean {
    if (this.#state !== PENDING) return false;
    this.#value = error === null ? reason : new EndedBy(error);
    this.#done(CANCELLED);
    return true;
  }

  #done(state: number): void {
    this.#state = state;
    const waiters = this.#waiters;
    if (waiters === null) return;
    this.#waiters = null;
    if (waiters instanceof WaiterList) for (const waiter of waiters) waiter.loop.enqueue(waiter);
    else waiters.loop.enqueue(waiters);
  }

  #remove(key: object): number {
    const waiters = this.#waiters;
    if (waiters === null) return 0;
    if (waiters instanceof WaiterList) return waiters.remove(key);
    if (keyOf(waiters) !== key) return 0;
    this.#waiters = null;
    return 1;
  }

  #checkPending(): void {
    if (this.#state !== PENDING) throw new InvalidStateError(`invalid state: ${this}`);
  }

  #makeCancelledError(): CancelledError {
    const value = this.#value;
    if (!(value instanceof EndedBy)) return makeCancelledError(value);
    this.#value = undefined;
    return value.error;
  }

  /** Its outcome as a promise, on which the platform calls handlers, in the async context of their registration. */
  #promise(wait: (target: Waitable<T>, sink: Sink<T>) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#state === PENDING) wait(this, { onValue: resolve, onError: reject });
      else if (this.#value instanceof Future && this.#endsInCircle()) {
        throw new TypeError(`Chaining cycle detected: the result of ${this} leads back to itself`);
      } else resolve(this.result());
    });
  }

  /** Whether the results of results come round: the platform, which unwraps them one by one, would do so for ever. */
  #endsInCircle(): boolean {
    const seen = new Set<unknown>([this]);
    for (let next: unknown = this.#value; next instanceof Future && next.#state === FINISHED; next = next.#value) {
      if (seen.has(next)) return true;
      seen.add(next);
    }
    return false;
  }

  #warnOfAwaitable(result: unknown): void {
    if (typeof (result as Partial<PromiseLike<unknown>> | null)?.then !== "function") return;
    const message = `${this} was given an awaitable as its result: await gives what that resolves to, yield* the awaitable itself`;
    this.#loop.host.log("warn", message);
  }
}

function loopOf(options: FutureOptions | undefined): LoopContract {
  if (options === undefined) return loopForNew();
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`options must be an object, got ${describe(options)}`);
  }
  const loop = options.loop ?? loopForNew();
  if (typeof loop.enqueue !== "function") throw new TypeError(`loop must be an event loop, got ${describe(loop)}`);
  return loop;
}

/** A `CancelledError` without a stack: it would show the loop's inside, and costs microseconds. */
export function makeCancelledError(reason: unknown): CancelledError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new CancelledError(reason);
  Error.stackTraceLimit = limit;
  return error;
}

/** The failure of a future that nobody has read. */
class UnreadFuture implements UnreadFailure {
  readonly #future: Future<unknown>;
  readonly #isRead: () => boolean;
  readonly #error: unknown;

  constructor(future: Future<unknown>, isRead: () => boolean, error: unknown) {
    this.#future = future;
    this.#isRead = isRead;
    this.#error = error;
  }

  isRead(): boolean {
    return this.#isRead();
  }

  report(): void {
    const future = this.#future;
    const kind = future[Symbol.toStringTag];
    const message = `${kind} exception was never retrieved`;
    future.exception();
    const context = kind === "Task" ? { task: future } : { future };
    future.getLoop().callExceptionHandler({ message, exception: this.#error, ...context });
  }
}

registry.futureFactory ??= <T>(loop: LoopContract) => new Future<T>({ loop });
