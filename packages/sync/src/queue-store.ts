/** Where a queue keeps its items, and which one comes next. */
export interface QueueStore<T> {
  readonly size: number;
  /** Throws where it can't take `item`, and is as before then. */
  add(item: T): void;
  /** Takes the next one out; there must be one. */
  take(): T;
  /** Puts an item back that {@link take} gave: it is the next one again. Left out: {@link add} does that. */
  giveBack?(item: T): void;
  /** The items, for texts: the next one first, if that is known without work. */
  items(): Iterable<T>;
}

/** First in, first out: a ring whose length is a power of two; an array's `shift` moves everything once it is long. */
export class Ring<T> implements QueueStore<T> {
  #items: (T | undefined)[] = [];
  #head = 0;
  size = 0;

  add(item: T): void {
    if (this.size === this.#items.length) this.#grow();
    this.#items[(this.#head + this.size++) & (this.#items.length - 1)] = item;
  }

  take(): T {
    const item = this.#items[this.#head] as T;
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    // The memory of a burst is given back when it is over.
    if (--this.size === 0 && this.#items.length > 1024) this.#items = [];
    return item;
  }

  giveBack(item: T): void {
    if (this.size === this.#items.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#items.length - 1);
    this.#items[this.#head] = item;
    this.size++;
  }

  *items(): Iterable<T> {
    for (let i = 0; i < this.size; i++) yield this.#items[(this.#head + i) & (this.#items.length - 1)] as T;
  }

  #grow(): void {
    const old = this.#items;
    const items = new Array<T | undefined>(Math.max(this.size * 2, 8));
    for (let i = 0; i < this.size; i++) items[i] = old[(this.#head + i) & (old.length - 1)];
    this.#items = items;
    this.#head = 0;
  }
}

/** Last in, first out. */
export class Stack<T> implements QueueStore<T> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    this.#items.push(item);
  }

  take(): T {
    return this.#items.pop() as T;
  }

  items(): Iterable<T> {
    return this.#items;
  }
}
