import {
  type Call,
  type CoroutineFrame,
  type ErrorHandler,
  registry,
  type ScopeContract,
  type Sink,
} from "@tsyncio/contract";
import { Coroutine, notDriven, reused, watchForAwait } from "@tsyncio/tasks";
import { nativeCode } from "./native-code.js";
import { type QueueWaiter, Ticket, type WaiterQueue } from "./waiter-queue.js";

/** The states after NEW: a task opened it, it waits (or is about to), it is over. `yield*` and `await` go from NEW to BEGUN. */
const OPEN = 1;
const BEGUN = 2;
const ENDED = 9;

/**
 * What a primitive can be asked for and may have to wait for in a {@link WaiterQueue}: `attempt` does it, or says in which line to wait; after
 * each wait `woken` does. A coroutine without a generator: nothing happens before it is awaited, and where there is nothing to wait for no
 * turn is taken and nothing else is made.
 *
 * Whoever takes part in the line leaves it on every way out (woken, cancelled, closed), and hands on a wake-up that it can't use: `gaveUp`.
 */
export abstract class Operation<T> extends Coroutine<T> implements CoroutineFrame<T>, Sink<unknown>, QueueWaiter {
  caller: Call | null = null;
  #ticket: Ticket | null = null;
  /** Where the outcome goes, when an async function waits. */
  #sink: Sink<T> | null = null;
  /** The scope of that async function; `null` outside of any task. */
  #scope: ScopeContract | null = null;

  constructor() {
    super();
    watchForAwait(this);
  }

  /** Does it, and puts the result into `value`; or gives the line to wait in. */
  protected abstract attempt(): WaiterQueue | null;
  /** {@link attempt}, after it was woken. */
  protected abstract woken(): WaiterQueue | null;
  /** It was cancelled where it waited, or failed after that. `wasWoken`: someone had woken it before. */
  protected abstract gaveUp(wasWoken: boolean): void;

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
    this.value = this.#step();
    return this as unknown as IteratorResult<unknown, T>;
  }

  override throw(error: unknown): never {
    this.#abandon();
    throw error;
  }

  override return(value: T): IteratorResult<unknown, T> {
    this.#abandon();
    return super.return(value);
  }

  override close(): void {
    this.#abandon();
    super.close();
  }

  /** As a coroutine's, but outside of any task no task is made for it. */
  override then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ErrorHandler<B> | null,
  ): Promise<A | B> {
    if (registry.currentScope?.()) return super.then(onValue, onError);
    return new Promise<T>((resolve, reject) => {
      this.#sink = { onValue: resolve, onError: reject };
      this.#wait();
    }).then(onValue, onError);
  }

  /** Where it is woken when plain async code waits, outside of any task. */
  get loop(): QueueWaiter["loop"] {
    return nativeCode;
  }

  /** Woken there. */
  run(): void {
    this.onValue();
  }

  /** The wait of an async function is over. */
  onValue(): void {
    try {
      this.#wait();
    } catch (error) {
      this.#sink?.onError(error);
    }
  }

  /** The wait of an async function was cancelled. */
  onError(error: unknown): void {
    this.#abandon();
    this.#sink?.onError(error);
  }

  protected override awaitIn(scope: ScopeContract, sink: Sink<T>): void {
    this.#sink = sink;
    this.#scope = scope;
    this.#wait();
  }

  /** A step on behalf of an async function. */
  #wait(): void {
    const result = this.#step();
    if (this.done) this.#sink?.onValue(result as T);
    else if (this.#scope === null) (result as Ticket).join(this, null);
    else this.#scope.waitFor(result as Ticket, this);
  }

  /** The result, if it is `done`; else what to wait for. */
  #step(): T | Ticket {
    const queue = this.#ticket === null ? this.#begin() : this.#goOn(this.#ticket);
    if (queue !== null) {
      this.#ticket = new Ticket(queue);
      return this.#ticket;
    }
    this.#ticket = null;
    this.state = ENDED;
    this.done = true;
    return this.value as T;
  }

  #begin(): WaiterQueue | null {
    if (this.state > OPEN) throw reused();
    this.leave(BEGUN);
    return this.attempt();
  }

  #goOn(ticket: Ticket): WaiterQueue | null {
    if (!ticket.done()) throw notDriven(this);
    ticket.leave();
    this.#ticket = null;
    this.value = undefined;
    try {
      return this.woken();
    } catch (error) {
      this.gaveUp(true);
      throw error;
    }
  }

  /** Over, without a result. */
  #abandon(): void {
    this.leave(ENDED);
    const ticket = this.#ticket;
    if (ticket === null) return;
    this.#ticket = null;
    const wasWoken = ticket.isWoken();
    ticket.leave();
    this.gaveUp(wasWoken);
  }
}
