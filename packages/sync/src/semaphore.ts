import { describe, ValueError } from "@tsyncio/contract";
import { Acquirable } from "./acquirable.js";
import { SemaphoreGate } from "./semaphore-gate.js";

/**
 * Lets in so many at a time (`asyncio.Semaphore`), in the order in which they came: `await semaphore.with(() => fetch(url))`. A newcomer waits
 * behind those who wait already, also where there is a permit for it.
 */
export class Semaphore extends Acquirable {
  readonly #gate: SemaphoreGate;

  /**
   * @param value - how many; `Infinity` lets in everybody
   * @throws `ValueError` below 0, `TypeError` for what is no whole number
   */
  constructor(value: number = 1) {
    const gate = new SemaphoreGate(checkValue(value));
    super(gate);
    this.#gate = gate;
  }

  get [Symbol.toStringTag](): string {
    return "Semaphore";
  }

  /** Gives a permit back, and wakes who waits longest. It may be released more often than it was acquired: that adds permits. */
  override release(): void {
    super.release();
  }

  /** How many permits are free. */
  protected get value(): number {
    return this.#gate.value;
  }

  protected override stateText(): string {
    return this.locked() ? "locked" : `unlocked, value:${this.value}`;
  }
}

/** A semaphore that may not be released more often than it was acquired (`asyncio.BoundedSemaphore`). */
export class BoundedSemaphore extends Semaphore {
  readonly #bound: number;

  constructor(value: number = 1) {
    super(value);
    this.#bound = value;
  }

  override get [Symbol.toStringTag](): string {
    return "BoundedSemaphore";
  }

  /**
   * Gives a permit back, and wakes who waits longest.
   * @throws `ValueError` when all permits are there already
   */
  override release(): void {
    if (this.value >= this.#bound) throw new ValueError("BoundedSemaphore released too many times");
    super.release();
  }
}

function checkValue(value: number): number {
  if (typeof value !== "number" || !(Number.isInteger(value) || value === Number.POSITIVE_INFINITY)) {
    throw new TypeError(`value must be a whole number, got ${describe(value)}`);
  }
  if (value < 0) throw new ValueError("Semaphore initial value must be >= 0");
  return value;
}
