import { checkOptionNames, describe } from "@tsyncio/contract";
import { compareAsPython } from "./compare.js";
import { Heap } from "./heap.js";
import { Queue } from "./queue.js";
import type { QueueStore } from "./queue-store.js";

/** What a {@link PriorityQueue} goes by: one of the two, or none. */
export interface PriorityQueueOptions<T> {
  /** Below 0 when `a` comes before `b`, above 0 when after; 0: in the order they were put in. */
  compare?: ((a: T, b: T) => number) | undefined;
  /** What an item is compared by: a number, a string, or an array of such, compared as in Python. Asked once for each item. */
  key?: ((item: T) => unknown) | undefined;
}

/**
 * A {@link Queue} that gives the least item first (`asyncio.PriorityQueue`), and of equal ones that which was put in first. Numbers, strings and
 * arrays of them are compared as in Python: `[2, "text"]` comes after `[1, "text"]`. Anything else needs a `key` or a `compare`.
 *
 * `put` throws a `TypeError` for an item that can't be compared with the others, and leaves the queue as it was.
 */
export class PriorityQueue<T> extends Queue<T> {
  /**
   * @param maxsize - how many items it holds at most; 0 or below: any number
   * @throws `TypeError` when `compare` or `key` is no function, or both are given
   */
  constructor(maxsize: number = 0, options: PriorityQueueOptions<T> = {}) {
    super(maxsize, storeFor(options));
  }

  override get [Symbol.toStringTag](): string {
    return "PriorityQueue";
  }
}

function storeFor<T>(options: PriorityQueueOptions<T>): QueueStore<T> {
  const { compare, key } = checkOptionNames("PriorityQueue()", options, { compare: true, key: true });
  if (compare !== undefined && key !== undefined) throw new TypeError("a PriorityQueue takes compare or key, not both");
  if (key !== undefined) return new Heap(checkFunction("key", key), compareAsPython);
  return new Heap((item: T) => item, compare === undefined ? compareAsPython : checkFunction("compare", compare));
}

function checkFunction<F>(name: string, fn: F): F {
  if (typeof fn !== "function") throw new TypeError(`${name} must be a function, got ${describe(fn)}`);
  return fn;
}
