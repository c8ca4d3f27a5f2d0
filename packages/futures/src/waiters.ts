import type { Context, LoopContract, Waiter } from "@tsyncio/contract";
import { runCallback } from "@tsyncio/loop";

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
    runCallback(this.#context, () => this.callback(this.#future));
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
  /** Of functions that came more than once, the later entries: they stand in the list under a key of their own, themselves. */
  #repeats: Map<Key, Waiter[]> | null = null;

  add(waiter: Waiter): void {
    const key = keyOf(waiter);
    if (!this.#waiters.has(key)) {
      this.#waiters.set(key, waiter);
      return;
    }
    this.#waiters.set(waiter, waiter);
    this.#repeats ??= new Map();
    const repeats = this.#repeats.get(key);
    if (repeats === undefined) this.#repeats.set(key, [waiter]);
    else repeats.push(waiter);
  }

  /** Removes every entry of `key`; how many there were. */
  remove(key: Key): number {
    if (!this.#waiters.delete(key)) return 0;
    const repeats = this.#repeats?.get(key) ?? [];
    this.#repeats?.delete(key);
    for (const waiter of repeats) this.#waiters.delete(waiter);
    return 1 + repeats.length;
  }

  [Symbol.iterator](): Iterator<Waiter> {
    return this.#waiters.values();
  }
}

export function keyOf(waiter: Waiter): Key {
  return waiter instanceof DoneCallback ? waiter.callback : waiter;
}
