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
import { Ticket, type TicketHolder } from "./ticket.js";
import type { WaiterQueue } from "./waiter-queue.js";

/** The states after NEW: a task opened it, it waits (or is about to), it is over. `yield*` and `await` go from NEW to BEGUN. */
const OPEN = 1;
const BEGUN = 2;
const ENDED = 9;

/** An async function that waits: where the outcome goes, and the scope that it belongs to, `null` outside of any task. */
interface NativeCaller<T> extends Sink<T> {
  readonly scope: ScopeContract | null;
}

/**
 * What a primitive can be asked for and may have to wait for in a {@link WaiterQueue}: `attempt` does it, or says in which line to wait; after
 * each wait `woken` does. A coroutine without a generator: nothing happens before it is awaited, and where there is nothing to wait for no
 * turn is taken and nothing else is made.
 *
 * Whoever takes part in the line leaves it on every way out (woken, cancelled, closed), and hands on a wake-up that it can't use: `gaveUp`.
 */
export abstract class Operation<T> extends Coroutine<T> implements CoroutineFrame<T>, Sink<unknown>, TicketHolder {
  caller: Call | null = null;
  private ticket: Ticket | null = null;
  private native: NativeCaller<T> | null = null;

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
    this.step();
    return this as unknown as IteratorResult<unknown, T>;
  }

  override throw(error: unknown): never {
    this.abandon();
    throw error;
  }

  override return(value: T): IteratorResult<unknown, T> {
    this.abandon();
    return super.return(value);
  }

  override close(): void {
    this.abandon();
    super.close();
  }

  /** As a coroutine's; but where there is nothing to wait for it is done at once, and outside of any task none is made for it. */
  override then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ErrorHandler<B> | null,
  ): Promise<A | B> {
    const scope = registry.currentScope?.() ?? null;
    // One that is watched may have to warn.
    if (scope !== null && !this.isUsed() && this.source !== null) return super.then(onValue, onError);
    return this.begun(scope).then(onValue, onError);
  }

  /** Where it is woken when plain async code waits, outside of any task. */
  get loop(): TicketHolder["loop"] {
    return nativeCode;
  }

  /** Woken there. */
  run(): void {
    this.onValue();
  }

  /** The wait of an async function is over. */
  onValue(): void {
    const native = this.native as NativeCaller<T>;
    try {
      this.step();
    } catch (error) {
      native.onError(error);
      return;
    }
    if (this.done) native.onValue(this.value as T);
    else this.wait(native);
  }

  /** The wait of an async function was cancelled. */
  onError(error: unknown): void {
    this.abandon();
    this.native?.onError(error);
  }

  protected override awaitIn(scope: ScopeContract, sink: Sink<T>): void {
    this.step();
    if (this.done) sink.onValue(this.value as T);
    else this.wait({ scope, onValue: sink.onValue, onError: sink.onError });
  }

  /** Begins, on behalf of an async function of `scope`. */
  private begun(scope: ScopeContract | null): Promise<T> {
    try {
      this.step();
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.done) return Promise.resolve(this.value as T);
    return new Promise<T>((resolve, reject) => this.wait({ scope, onValue: resolve, onError: reject }));
  }

  /** Waits, on behalf of an async function. */
  private wait(native: NativeCaller<T>): void {
    this.native = native;
    const ticket = this.ticket as Ticket;
    if (native.scope === null) ticket.join(this, null);
    else native.scope.waitFor(ticket, this);
  }

  /** Goes on as far as it can: to its result, in `value`, if it is `done` then; else `value` is the ticket to wait with. */
  private step(): void {
    const { ticket } = this;
    const queue = ticket === null ? this.begin() : this.goOn(ticket);
    if (queue === null) {
      this.state = ENDED;
      this.done = true;
    } else this.value = this.ticket = new Ticket(queue);
  }

  private begin(): WaiterQueue | null {
    if (this.state > OPEN) throw reused();
    this.leave(BEGUN);
    return this.attempt();
  }

  private goOn(ticket: Ticket): WaiterQueue | null {
    if (!ticket.done()) throw notDriven(this);
    ticket.leave();
    this.ticket = null;
    this.value = undefined;
    try {
      return this.woken();
    } catch (error) {
      this.gaveUp(true);
      throw error;
    }
  }

  /** Over, without a result. */
  private abandon(): void {
    this.leave(ENDED);
    const { ticket } = this;
    if (ticket === null) return;
    this.ticket = null;
    const wasWoken = ticket.isWoken();
    ticket.leave();
    this.gaveUp(wasWoken);
  }
}
