import { type Awaitable, describe } from "@tsyncio/contract";
import { Queue } from "@tsyncio/sync";

/** A queue of the main thread's, as a worker has it. What needs the queue's state at once (`getNowait`, `qsize`, …) is not there. */
export interface QueueProxy<T> extends AsyncIterable<T> {
  /** {@link Queue.get}. What a cancellation, or the end of the worker, keeps from arriving is the queue's next item again. */
  get(): Awaitable<T>;
  /** {@link Queue.put}. When a cancellation comes too late, the item is in the queue, and the cancellation strikes at the next wait. */
  put(item: T): Awaitable<void>;
  taskDone(): void;
  join(): Awaitable<void>;
  shutdown(immediate?: boolean): void;
  [Symbol.asyncIterator](): AsyncIterator<T, undefined, unknown>;
}

/**
 * Hands a queue to a worker, as an argument of a job: what people mean who ask for a thread-safe queue. The queue stays where it is; each `get`
 * and `put` of the worker is a task on the loop of the submit, and ends with the job.
 *
 *     pool.submit(consume, queueProxy(queue));
 */
export function queueProxy<T>(queue: Queue<T>): QueueProxy<T> {
  if (!(queue instanceof Queue)) throw new TypeError(`queueProxy() takes a queue, got ${describe(queue)}`);
  return new LocalQueue(queue);
}

const MARK = Symbol.for("tsyncio.executors.queue.1");

/** What stands for a queue until it is sent, and in functions that are called directly. */
export class LocalQueue<T> implements QueueProxy<T> {
  /** Those of other copies of this package are some, too. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && MARK in value;
  }

  readonly queue: Queue<T>;

  constructor(queue: Queue<T>) {
    this.queue = queue;
    Object.defineProperty(this, MARK, { value: true });
  }

  get(): Awaitable<T> {
    return this.queue.get();
  }

  put(item: T): Awaitable<void> {
    return this.queue.put(item);
  }

  taskDone(): void {
    this.queue.taskDone();
  }

  join(): Awaitable<void> {
    return this.queue.join();
  }

  shutdown(immediate: boolean = false): void {
    this.queue.shutdown(immediate);
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined, unknown> {
    return this.queue[Symbol.asyncIterator]();
  }
}
