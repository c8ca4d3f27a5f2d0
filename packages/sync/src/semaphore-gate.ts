import type { Gate } from "./gate.js";
import { WaiterQueue } from "./waiter-queue.js";

/**
 * The state of a semaphore. A waiter gets its permit when it is woken, not when it runs: one that is cancelled in between gives it back.
 *
 * Invariant: as long as somebody is still waiting, `value` is 0, or somebody who was woken will wake more when it runs.
 */
export class SemaphoreGate implements Gate {
  readonly waiters: WaiterQueue = new WaiterQueue();
  /** How many permits are free. */
  value: number;

  constructor(value: number) {
    this.value = value;
  }

  locked(): boolean {
    return this.value === 0 || this.waiters.live > 0;
  }

  tryAcquire(): boolean {
    if (this.waiters.size > 0) this.#takeBack();
    if (this.locked()) return false;
    this.value--;
    return true;
  }

  enter(): void {
    this.#wakeMore();
  }

  gaveUp(wasWoken: boolean): void {
    if (wasWoken) this.value++;
    this.#wakeMore();
  }

  release(): void {
    this.value++;
    if (this.waiters.size === 0) return;
    this.#takeBack();
    this.#wakeNext();
  }

  /** Newcomers had to wait behind those who were woken, also where there were permits for them. */
  #wakeMore(): void {
    while (this.value > 0 && this.#wakeNext()) {}
  }

  #wakeNext(): boolean {
    this.value--;
    if (this.waiters.wakeNext()) return true;
    this.value++;
    return false;
  }

  /** The permits of those who were woken on a loop that was closed before they ran. */
  #takeBack(): void {
    const permits = this.waiters.dropLost();
    if (permits === 0) return;
    this.value += permits;
    this.#wakeMore();
  }
}
