import type { Context, LoopContract, Waiter } from "@tsyncio/contract";

/** A function given to `addDoneCallback`, as a waiter: called on the future's own loop. */
export class DoneCallback<F> implements Waiter {
  readonly loop: LoopContract;
  readonly callback: (future: F) => void;
  readonly #future: F;
  readonly #context: Context | null;

  constructor(loop: LoopContract, future: F, callback: (future: F) => void, context: Context | null) {
    this.loop = loop;
    this.callback = callback;
    this.#future = future;
    this.#context = context;
  }

  run(): void {
    this.loop.wakesNative();
    if (this.#context === null) this.callback(this.#future);
    else this.#context.run(() => this.callback(this.#future));
  }

  toString(): string {
    return `${this.callback.name || "anonymous"}()`;
  }
}

/** What a waiter is found by: the function it was made from, or itself. */
type Key = object;

/** Two or more waiters of one future, in the order they came, each removable in O(1). */
export class WaiterList {
  readonly #waiters = new Map<Key, Waiter>();
  /** Whether a function came more than once; its later entries are under a key of their own. */
  #repeated = false;

  add(waiter: Waiter): void {
    const key = keyOf(waiter);
    const repeated = this.#waiters.has(key);
    this.#repeated ||= repeated;
    this.#waiters.set(repeated ? waiter : key, waiter);
  }

  /** How many entries were removed. */
  remove(key: Key): number {
    let removed = this.#waiters.delete(key) ? 1 : 0;
    if (!this.#repeated) return removed;
    for (const [other, waiter] of this.#waiters) {
      if (keyOf(waiter) !== key) continue;
      this.#waiters.delete(other);
      removed++;
    }
    return removed;
  }

  [Symbol.iterator](): Iterator<Waiter> {
    return this.#waiters.values();
  }
}

export function keyOf(waiter: Waiter): Key {
  return waiter instanceof DoneCallback ? waiter.callback : waiter;
}
