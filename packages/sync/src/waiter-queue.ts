import { InvalidStateError, type LoopContract, loopForNew, WAIT, type Waitable, type Waiter } from "@tsyncio/contract";
import { makeCancelledError } from "@tsyncio/futures";

/** Who waits in a {@link WaiterQueue}: a task on its loop, or plain async code, on {@link nativeCode}. */
export interface QueueWaiter {
  run(): void;
  readonly loop: Pick<LoopContract, "enqueue" | "isClosed">;
}

/**
 * Those who wait for one thing, first come, first served. Every primitive waits on one of these.
 *
 * A ticket stays in the line until its owner has run (`leave`): who was woken or cancelled, but has not run yet, is there, and counts where
 * asyncio's deque of futures counts it. Leaving takes O(1), waking O(1) on average: `#candidate` passes each ticket once.
 *
 * Invariant: all tickets before `#candidate` are woken or cancelled.
 */
export class WaiterQueue {
  /** Whose line it is, for texts. Set by the owner. */
  owner: object | null = null;
  /** How many are in the line. */
  size = 0;
  /** How many of them were cancelled, and have not run yet. Kept by their tickets. */
  cancelled = 0;
  /** How many of them were woken, and have not run yet. Kept by their tickets. */
  woken = 0;
  /** The loop of who began the line, `null` when that was plain async code. */
  loop: LoopContract | null = null;
  #first: Ticket | null = null;
  #last: Ticket | null = null;
  #candidate: Ticket | null = null;

  /** How many wait, or were woken and will run: all but the cancelled. */
  get live(): number {
    return this.size - this.cancelled;
  }

  /** Wakes who stands first, unless that one was woken or cancelled already: then it will see to the next when it runs. */
  wakeFirst(): boolean {
    this.dropLost();
    return this.#first?.isPending() === true && this.#wake(this.#first);
  }

  /** Wakes the first who is still waiting. `false`: there is none. */
  wakeNext(): boolean {
    for (let ticket = this.#candidate; ticket !== null; ticket = this.#candidate) {
      if (!ticket.isPending()) this.#candidate = ticket.after;
      else if (ticket.isLost()) this.remove(ticket);
      else return this.#wake(ticket);
    }
    return false;
  }

  /** Wakes all who are waiting. */
  wakeAll(): void {
    while (this.wakeNext()) {}
  }

  /** Removes those at the front who will never run, because their loop was closed; how many of them were woken for nothing. */
  dropLost(): number {
    let wasted = 0;
    for (let ticket = this.#first; ticket?.isLost(); ticket = this.#first) {
      if (ticket.isWoken()) wasted++;
      this.remove(ticket);
    }
    return wasted;
  }

  /** Puts `ticket` at the end. */
  add(ticket: Ticket, loop: LoopContract | null): void {
    if (this.#last === null) {
      this.#first = ticket;
      this.loop = loop;
    } else {
      this.#last.after = ticket;
      ticket.before = this.#last;
    }
    this.#last = ticket;
    this.#candidate ??= ticket;
    this.size++;
  }

  remove(ticket: Ticket): void {
    const { before, after } = ticket;
    if (before === null) this.#first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    if (this.#candidate === ticket) this.#candidate = after;
    this.size--;
    ticket.left();
  }

  #wake(ticket: Ticket): true {
    if (this.#candidate === ticket) this.#candidate = ticket.after;
    ticket.wake();
    return true;
  }
}

/**
 * IDLE ──addWaiter──▶ PENDING ──wake────▶ WOKEN ─────leave──▶ GONE
 *                        └─────cancel──▶ CANCELLED ──leave────┘
 */
const IDLE = 0;
const PENDING = 1;
const WOKEN = 2;
const CANCELLED = 3;
const GONE = 4;

/** A place in a {@link WaiterQueue}: what a task waits for. It joins the line when its owner begins to wait, not before. */
export class Ticket implements Waitable<void> {
  declare readonly "@@tsyncio": typeof WAIT;
  static {
    Object.defineProperty(this.prototype, "@@tsyncio", { value: WAIT });
  }

  /** Its neighbours. Kept by the queue. */
  before: Ticket | null = null;
  after: Ticket | null = null;
  readonly #queue: WaiterQueue;
  #state = IDLE;
  #waiter: QueueWaiter | null = null;
  #reason: unknown = undefined;

  constructor(queue: WaiterQueue) {
    this.#queue = queue;
  }

  isPending(): boolean {
    return this.#state === PENDING;
  }

  isWoken(): boolean {
    return this.#state === WOKEN;
  }

  /** Whether its owner will never run. */
  isLost(): boolean {
    return this.#waiter?.loop.isClosed() === true;
  }

  done(): boolean {
    return this.#state > PENDING;
  }

  result(): void {
    if (this.#state === CANCELLED) throw makeCancelledError(this.#reason);
    if (this.#state <= PENDING) throw new InvalidStateError("Result is not ready.");
  }

  cancelReason(): unknown {
    return this.#reason;
  }

  cancel(reason?: unknown): boolean {
    if (this.#state !== PENDING) return false;
    this.#state = CANCELLED;
    this.#reason = reason;
    this.#queue.cancelled++;
    this.#notify();
    return true;
  }

  /** That of who began the line: a loop on a virtual clock refuses to wait behind a real one. */
  getLoop(): LoopContract {
    return this.#queue.loop ?? loopForNew();
  }

  addWaiter(waiter: Waiter): void {
    this.join(waiter, waiter.loop);
  }

  removeWaiter(waiter: QueueWaiter): boolean {
    if (this.#state !== PENDING || this.#waiter !== waiter) return false;
    this.leave();
    return true;
  }

  /** Takes its place at the end of the line, for `waiter`. */
  join(waiter: QueueWaiter, loop: LoopContract | null): void {
    this.#waiter = waiter;
    if (this.#state !== IDLE) {
      this.#notify();
      return;
    }
    this.#state = PENDING;
    this.#queue.add(this, loop);
  }

  /** Leaves the line: its owner runs, or gives up. Nothing happens the second time. */
  leave(): void {
    if (this.#state !== IDLE && this.#state !== GONE) this.#queue.remove(this);
  }

  /** For the queue alone: its owner may go on. */
  wake(): void {
    this.#state = WOKEN;
    this.#queue.woken++;
    this.#notify();
  }

  /** For the queue alone: it is no longer in the line. */
  left(): void {
    if (this.#state === CANCELLED) this.#queue.cancelled--;
    else if (this.#state === WOKEN) this.#queue.woken--;
    this.#state = GONE;
    this.before = null;
    this.after = null;
  }

  toString(): string {
    return String(this.#queue.owner);
  }

  #notify(): void {
    const waiter = this.#waiter as QueueWaiter;
    waiter.loop.enqueue(waiter as Waiter);
  }
}
