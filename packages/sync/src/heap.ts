import type { QueueStore } from "./queue-store.js";

/** An item with what it is compared by, and its number, which decides between equal ones. */
interface Entry<T, K> {
  readonly item: T;
  readonly key: K;
  readonly sequence: number;
}

/**
 * A binary heap: the least item first, equal ones in the order they came. `compare` is the user's and may throw; so a way through the heap is
 * found first and walked then, and an item that can't be compared leaves everything as it was.
 */
export class Heap<T, K> implements QueueStore<T> {
  readonly #heap: Entry<T, K>[] = [];
  readonly #keyOf: (item: T) => K;
  readonly #compare: (a: K, b: K) => number;
  #sequence = 0;
  /** Counts down: what is given back comes before what is equal. */
  #givenBack = 0;

  constructor(keyOf: (item: T) => K, compare: (a: K, b: K) => number) {
    this.#keyOf = keyOf;
    this.#compare = compare;
  }

  get size(): number {
    return this.#heap.length;
  }

  add(item: T): void {
    this.#insert(item, this.#sequence);
    this.#sequence++;
  }

  giveBack(item: T): void {
    this.#insert(item, this.#givenBack - 1);
    this.#givenBack--;
  }

  #insert(item: T, sequence: number): void {
    const heap = this.#heap;
    const entry = { item, key: this.#keyOf(item), sequence };
    let hole = heap.length;
    while (hole > 0 && this.#isBefore(entry, this.#at(parentOf(hole)))) hole = parentOf(hole);
    const end = hole;
    for (hole = heap.length; hole > end; hole = parentOf(hole)) heap[hole] = this.#at(parentOf(hole));
    heap[end] = entry;
  }

  take(): T {
    const heap = this.#heap;
    const least = this.#at(0);
    const last = this.#at(heap.length - 1);
    const path = this.#wayDown(last, heap.length - 1);
    heap.pop();
    let hole = 0;
    for (const child of path) {
      heap[hole] = this.#at(child);
      hole = child;
    }
    if (heap.length > 0) heap[hole] = last;
    return least.item;
  }

  items(): Iterable<T> {
    return this.#heap.map((entry) => entry.item);
  }

  /** The places whose entries move up by one when the first leaves a heap of `size` others and `entry` takes its place. */
  #wayDown(entry: Entry<T, K>, size: number): number[] {
    const path: number[] = [];
    for (let child = 1; child < size; child = 2 * child + 1) {
      if (child + 1 < size && this.#isBefore(this.#at(child + 1), this.#at(child))) child++;
      if (!this.#isBefore(this.#at(child), entry)) break;
      path.push(child);
    }
    return path;
  }

  #at(index: number): Entry<T, K> {
    return this.#heap[index] as Entry<T, K>;
  }

  #isBefore(a: Entry<T, K>, b: Entry<T, K>): boolean {
    const order = this.#compare(a.key, b.key);
    if (typeof order !== "number") throw new TypeError(`compare must return a number, got ${typeof order}`);
    return order === 0 ? a.sequence < b.sequence : order < 0;
  }
}

function parentOf(index: number): number {
  return (index - 1) >> 1;
}
