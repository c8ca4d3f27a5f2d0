import { RuntimeError } from "@tsyncio/contract";
import type { Gate } from "./gate.js";
import { WaiterQueue } from "./waiter-queue.js";

/**
 * The state of a lock. A release opens it and wakes the first in line, who closes it when it runs; nobody else comes in meanwhile.
 *
 * Invariant: when it is open and somebody is in line, the first one is woken, or cancelled and will wake the next when it runs.
 */
export class LockGate implements Gate {
  readonly waiters: WaiterQueue = new WaiterQueue();
  #locked = false;

  locked(): boolean {
    return this.#locked;
  }

  tryAcquire(): boolean {
    if (this.#locked || (this.waiters.size > 0 && this.#isTaken())) return false;
    this.#locked = true;
    return true;
  }

  enter(): void {
    this.#locked = true;
  }

  gaveUp(): void {
    if (!this.#locked) this.waiters.wakeFirst();
  }

  release(): void {
    if (!this.#locked) throw new RuntimeError("Lock is not acquired.");
    this.#locked = false;
    if (this.waiters.size > 0) this.waiters.wakeFirst();
  }

  /** It is open: whether it is for someone in line. */
  #isTaken(): boolean {
    if (this.waiters.dropLost() > 0) this.waiters.wakeFirst();
    return this.waiters.live > 0;
  }
}
