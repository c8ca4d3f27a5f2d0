import { InvalidStateError, type LoopContract, type Sink, WAIT, type Waitable, type Waiter } from "@tsyncio/contract";
import { makeCancelledError } from "@tsyncio/futures";

/** PENDING ──wake()──▶ WOKEN, ──cancel()──▶ CANCELLED; begin() leads back from both, once who waited has run. */
const PENDING = 0;
const WOKEN = 1;
const CANCELLED = 2;

/**
 * What one who reads waits for. As a future, but for one waiter, and good for many waits one after the other: a connection makes one, and not
 * one for each piece that arrives.
 */
export class DataWait implements Waitable<void> {
  declare readonly "@@tsyncio": typeof WAIT;
  static {
    Object.defineProperty(this.prototype, "@@tsyncio", { value: WAIT });
  }
  private readonly loop: LoopContract;
  /** Who waits. */
  private awaited: { readonly name: string } | null = null;
  private state = PENDING;
  private waiter: Waiter | null = null;
  private reason: unknown = undefined;

  constructor(loop: LoopContract) {
    this.loop = loop;
  }

  /** Begins a wait. */
  begin(awaited: { readonly name: string }): void {
    this.awaited = awaited;
    this.state = PENDING;
    this.reason = undefined;
  }

  wake(): void {
    this.end(WOKEN);
  }

  done(): boolean {
    return this.state !== PENDING;
  }

  result(): void {
    if (this.state === CANCELLED) throw makeCancelledError(this.reason);
    if (this.state === PENDING) throw new InvalidStateError("Result is not ready.");
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
    this.reason = reason;
    this.end(CANCELLED);
    return true;
  }

  getLoop(): LoopContract {
    return this.loop;
  }

  addWaiter(waiter: Waiter): void {
    if (this.state === PENDING) this.waiter = waiter;
    else waiter.loop.enqueue(waiter);
  }

  removeWaiter(waiter: Waiter): boolean {
    if (this.waiter !== waiter) return false;
    this.waiter = null;
    return true;
  }

  toString(): string {
    return `<StreamReader.${this.awaited?.name}() pending>`;
  }

  private end(state: number): void {
    if (this.state !== PENDING) return;
    this.state = state;
    const { waiter } = this;
    this.waiter = null;
    waiter?.loop.enqueue(waiter);
  }
}
