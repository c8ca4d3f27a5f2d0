import {
  InvalidStateError,
  type LoopContract,
  loopForNew,
  type Sink,
  WAIT,
  type Waitable,
  type Waiter,
} from "@tsyncio/contract";
import { makeCancelledError } from "@tsyncio/futures";
import type { Place, WaiterQueue } from "./waiter-queue.js";

/**
 * IDLE ──addWaiter──▶ PENDING ──wake────▶ WOKEN ─────leave──▶ GONE
 *                        └─────cancel──▶ CANCELLED ──leave────┘
 */
const IDLE = 0;
const PENDING = 1;
const WOKEN = 2;
const CANCELLED = 3;
const GONE = 4;

/** Who holds a ticket: a task, on its loop, or plain async code, on {@link nativeCode}. */
export interface TicketHolder {
  run(): void;
  readonly loop: Pick<LoopContract, "enqueue" | "isClosed">;
}

/** A place in a {@link WaiterQueue}: what a task waits for. It joins the line when its holder begins to wait, not before. */
export class Ticket implements Waitable<void>, Place {
  declare readonly "@@tsyncio": typeof WAIT;
  static {
    Object.defineProperty(this.prototype, "@@tsyncio", { value: WAIT });
  }

  before: Place | null = null;
  after: Place | null = null;
  // Many are made: nothing is `#private`, which would keep V8 from inlining the constructor.
  private readonly queue: WaiterQueue;
  private state = IDLE;
  private holder: TicketHolder | null = null;
  private reason: unknown = undefined;

  constructor(queue: WaiterQueue) {
    this.queue = queue;
  }

  isPending(): boolean {
    return this.state === PENDING;
  }

  isWoken(): boolean {
    return this.state === WOKEN;
  }

  isLost(): boolean {
    return (this.holder as TicketHolder).loop.isClosed();
  }

  done(): boolean {
    return this.state > PENDING;
  }

  result(): void {
    if (this.state === CANCELLED) throw makeCancelledError(this.reason);
    if (this.state <= PENDING) throw new InvalidStateError("Result is not ready.");
  }

  tell(sink: Sink<void>): void {
    if (this.state === CANCELLED) sink.onError(makeCancelledError(this.reason));
    else sink.onValue();
  }

  cancelReason(): unknown {
    return this.reason;
  }

  cancel(reason?: unknown): boolean {
    if (this.state !== PENDING) return false;
    this.state = CANCELLED;
    this.reason = reason;
    this.queue.cancelled++;
    this.notify();
    return true;
  }

  /** That of who began the line: a loop on a virtual clock refuses to wait behind a real one. */
  getLoop(): LoopContract {
    return this.queue.loop ?? loopForNew();
  }

  addWaiter(waiter: Waiter): void {
    this.join(waiter, waiter.loop);
  }

  removeWaiter(waiter: Waiter): boolean {
    if (this.state !== PENDING || this.holder !== waiter) return false;
    this.leave();
    return true;
  }

  /** Takes its place at the end of the line, for `holder`; `loop`: that of a task. */
  join(holder: TicketHolder, loop: LoopContract | null): void {
    this.holder = holder;
    if (this.state !== IDLE) {
      this.notify();
      return;
    }
    this.state = PENDING;
    this.queue.add(this, loop);
  }

  /** Leaves the line: its holder runs, or gives up. Nothing happens the second time. */
  leave(): void {
    if (this.state !== IDLE && this.state !== GONE) this.queue.remove(this);
  }

  wake(): void {
    this.state = WOKEN;
    this.queue.woken++;
    this.notify();
  }

  left(): void {
    if (this.state === CANCELLED) this.queue.cancelled--;
    else if (this.state === WOKEN) this.queue.woken--;
    this.state = GONE;
  }

  toString(): string {
    return String(this.queue.owner);
  }

  private notify(): void {
    const holder = this.holder as TicketHolder;
    holder.loop.enqueue(holder);
  }
}
