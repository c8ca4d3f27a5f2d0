/// <reference lib="esnext.disposable" preserve="true" />
import type { Gate } from "./gate.js";
import { QueuedOperation } from "./queued-operation.js";
import type { WaiterQueue } from "./waiter-queue.js";

/** Comes in at a gate, and gives `outcome()`. */
abstract class Entering<T> extends QueuedOperation<T> {
  protected readonly gate: Gate;

  constructor(gate: Gate) {
    super();
    this.gate = gate;
  }

  protected abstract outcome(): T;

  protected override begin(): WaiterQueue | null {
    if (!this.gate.tryAcquire()) return this.gate.waiters;
    this.value = this.outcome();
    return null;
  }

  protected override woken(): null {
    this.gate.enter();
    this.value = this.outcome();
    return null;
  }

  protected override gaveUp(wasWoken: boolean): void {
    this.gate.gaveUp(wasWoken);
  }
}

/** `acquire()` where somebody has to be waited for. */
export class Acquire extends Entering<true> {
  get name(): string {
    return "acquire";
  }

  protected override outcome(): true {
    return true;
  }
}

/** `hold()`. */
export class HoldOperation extends Entering<Hold> {
  get name(): string {
    return "hold";
  }

  protected override outcome(): Hold {
    return new Hold(this.gate);
  }
}

/** What `hold()` gives, for `using`: disposing of it releases, the first time. */
export class Hold implements Disposable {
  #held: { release(): void } | null;

  constructor(held: { release(): void }) {
    this.#held = held;
  }

  /** Releases. Nothing happens the second time. */
  [Symbol.dispose](): void {
    const held = this.#held;
    this.#held = null;
    held?.release();
  }
}
