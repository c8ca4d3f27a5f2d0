import { describe, loopForNew, registry } from "@tsyncio/contract";
import type { Coroutine } from "@tsyncio/tasks";
import { showAsString } from "./inspection.js";
import { Get, Join, Next, Put } from "./queue-operations.js";
import { QueueState } from "./queue-state.js";
import { type QueueStore, Ring } from "./queue-store.js";

/** How many items `toString` shows. */
const SHOWN = 20;

/**
 * Hands items from producers to consumers (`asyncio.Queue`): first in, first out. With a `maxsize`, producers wait while it is full.
 *
 * It iterates: `for await (const item of queue)`, and in a generator `yield* forEach(queue, …)`. The loop ends when the queue was shut down and
 * is empty; one that is left or cancelled takes no item with it.
 */
export class Queue<T> {
  static {
    showAsString(this);
  }

  readonly #state: QueueState<T>;

  /**
   * @param maxsize - how many items it holds at most; 0 or below: any number
   * @param store - where it keeps them; left out: first in, first out
   * @throws `TypeError` when `maxsize` is no whole number
   */
  constructor(maxsize: number = 0, store: QueueStore<T> = new Ring()) {
    if (!Number.isInteger(maxsize)) throw new TypeError(`maxsize must be a whole number, got ${describe(maxsize)}`);
    const state = new QueueState(maxsize, store);
    state.getters.owner = this;
    state.putters.owner = this;
    state.joiners.owner = this;
    this.#state = state;
  }

  get [Symbol.toStringTag](): string {
    return "Queue";
  }

  /** How many items it holds at most; 0 or below: any number. */
  get maxsize(): number {
    return this.#state.maxsize;
  }

  /** How many items are in it. */
  qsize(): number {
    return this.#state.store.size;
  }

  /** Whether it holds no item. */
  empty(): boolean {
    return this.#state.isEmpty();
  }

  /** Whether it holds as many items as it may. */
  full(): boolean {
    return this.#state.isFull();
  }

  /**
   * Puts `item` in; waits while the queue is full. A cancellation while it waits puts nothing in.
   * @throws `QueueShutDown` when the queue was shut down, also while it waits
   */
  put(item: T): Coroutine<void> {
    if (registry.debugging) this.#warnOfAwaitable(item);
    return new Put(this.#state, item);
  }

  /**
   * Puts `item` in at once.
   * @throws `QueueFull`; `QueueShutDown` when the queue was shut down
   */
  putNowait(item: T): void {
    if (registry.debugging) this.#warnOfAwaitable(item);
    this.#state.put(item);
  }

  /**
   * Takes the next item out; waits while there is none. A cancellation while it waits takes nothing.
   * @throws `QueueShutDown` when the queue was shut down and is empty, also while it waits
   */
  get(): Coroutine<T> {
    return new Get(this.#state);
  }

  /**
   * Takes the next item out at once.
   * @throws `QueueEmpty`; `QueueShutDown` when the queue was shut down and is empty
   */
  getNowait(): T {
    return this.#state.get();
  }

  /**
   * Puts an item back that `get` gave, and that did not come to where it was for: it is the next one again, also when the queue is full or was
   * shut down. Not for items that were not taken out of this queue.
   */
  giveBack(item: T): void {
    this.#state.giveBack(item);
  }

  /**
   * Says that the work on an item that was taken out is done: once for each item, for {@link join}.
   * @throws `ValueError` when it is called more often than items were put in
   */
  taskDone(): void {
    this.#state.taskDone();
  }

  /** Waits until every item that was put in is done: `taskDone()` was called for it. */
  join(): Coroutine<void> {
    return new Join(this.#state as QueueState<unknown>);
  }

  /**
   * Takes no more items: `put` throws `QueueShutDown` from now on, and `get` once the queue is empty; those who wait, too.
   * @param immediate - drops the items that are left, as if they were done
   */
  shutdown(immediate: boolean = false): void {
    this.#state.shutdown(immediate);
  }

  /** The items as they come, until the queue was shut down and is empty. `taskDone()` stays with the caller. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined, unknown> {
    const state = this.#state;
    return {
      next: () => new Next(state),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  toString(): string {
    return `<${this[Symbol.toStringTag]} ${this.#describe()}>`;
  }

  #describe(): string {
    const { maxsize, store, getters, putters, unfinished, isShutDown } = this.#state;
    const parts = [`maxsize=${maxsize}`];
    if (store.size > 0) parts.push(`_queue=[${listed(store)}]`);
    if (getters.size > getters.woken) parts.push(`_getters[${getters.size - getters.woken}]`);
    if (putters.size > putters.woken) parts.push(`_putters[${putters.size - putters.woken}]`);
    if (unfinished > 0) parts.push(`tasks=${unfinished}`);
    if (isShutDown) parts.push("shutdown");
    return parts.join(" ");
  }

  #warnOfAwaitable(item: unknown): void {
    const loop = loopForNew();
    if (!loop.getDebug() || typeof (item as Partial<PromiseLike<unknown>> | null)?.then !== "function") return;
    const message = `${this[Symbol.toStringTag]} was given an awaitable: await of get() gives what that resolves to, yield* the awaitable itself; put a function in instead`;
    loop.host.log("warn", message);
  }
}

/** The first items of `store`. */
function listed<T>(store: QueueStore<T>): string {
  const texts: string[] = [];
  for (const item of store.items()) {
    if (texts.length === SHOWN) return `${texts.join(", ")}, … ${store.size - SHOWN} more`;
    texts.push(describe(item));
  }
  return texts.join(", ");
}
