import type { Coroutine } from "@tsyncio/tasks";
import { showAsString, stateText } from "./inspection.js";
import { QueuedOperation } from "./queued-operation.js";
import { WaiterQueue } from "./waiter-queue.js";

/** A flag to wait for (`asyncio.Event`). */
export class Event {
  static {
    showAsString(this);
  }

  readonly #waiters = new WaiterQueue();
  #isSet = false;

  constructor() {
    this.#waiters.owner = this;
  }

  get [Symbol.toStringTag](): string {
    return "Event";
  }

  /** Whether it is set. */
  isSet(): boolean {
    return this.#isSet;
  }

  /** Sets it, and wakes all who wait: they go on also if it is cleared before they run. */
  set(): void {
    if (this.#isSet) return;
    this.#isSet = true;
    this.#waiters.wakeAll();
  }

  /** Takes it back: who waits from now on waits for the next `set()`. */
  clear(): void {
    this.#isSet = false;
  }

  /** Waits until it is set; does not suspend when it is. May be cancelled, like any wait. */
  wait(): Coroutine<true> {
    return new EventWait(this, this.#waiters);
  }

  toString(): string {
    return stateText(this, this.#isSet ? "set" : "unset", this.#waiters.size);
  }
}

class EventWait extends QueuedOperation<true> {
  private readonly event: Event;
  private readonly waiters: WaiterQueue;

  constructor(event: Event, waiters: WaiterQueue) {
    super();
    this.event = event;
    this.waiters = waiters;
  }

  get name(): string {
    return "wait";
  }

  protected override begin(): WaiterQueue | null {
    return this.event.isSet() ? this.woken() : this.waiters;
  }

  protected override woken(): null {
    this.value = true;
    return null;
  }

  protected override gaveUp(): void {}
}
