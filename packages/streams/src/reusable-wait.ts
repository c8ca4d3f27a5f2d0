import { InvalidStateError, type LoopContract, type Sink, WAIT, type Waitable, type Waiter } from "@tsyncio/contract";
import { makeCancelledError } from "@tsyncio/futures";

/** PENDING ──wake()──▶ WOKEN, ──cancel()──▶ CANCELLED; begin() leads back from both, once who waited has run. */
const PENDING = 0;
const WOKEN = 1;
const CANCELLED = 2;

/** What is waited for, in reports of who waits: a method. */
export interface Waited {
  readonly name: string;
}

/**
 * What one who reads or drains waits for. As a future, but for one waiter, and good for many waits one after the other: a connection makes one, and
 * not one for each piece that arrives or leaves.
 */
export class ReusableWait implements Waitable<void> {
  declare readonly "@@tsyncio": typeof WAIT;
  static {
    Object.defineProperty(this.prototype, "@@tsyncio", { value: WAIT });
  }
  private readonly loop: LoopContract;
  /** Whose method is waited for. */
  private readonly owner: string;
  private waited: Waited | null = null;
  private state = PENDING;
  private waiter: Waiter | null = null;
  private reason: unknown = undefined;

  constructor(loop: LoopContract, owner: string) {
    this.loop = loop;
    this.owner = owner;
  }

  /** Begins a wait. */
  begin(waited: Waited): void {
    this.waited = waited;
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
    return `<${this.owner}.${this.waited?.name}() pending>`;
  }

  private end(state: number): void {
    if (this.state !== PENDING) return;
    this.state = state;
    const { waiter } = this;
    this.waiter = null;
    waiter?.loop.enqueue(waiter);
  }
}
