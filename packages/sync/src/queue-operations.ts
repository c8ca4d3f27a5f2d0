import { QueueShutDown } from "@tsyncio/contract";
import type { QueueState } from "./queue-state.js";
import { QueuedOperation } from "./queued-operation.js";
import type { WaiterQueue } from "./waiter-queue.js";

/** `put()`. */
export class Put<T> extends QueuedOperation<void> {
  private readonly queue: QueueState<T>;
  private readonly item: T;

  constructor(queue: QueueState<T>, item: T) {
    super();
    this.queue = queue;
    this.item = item;
  }

  get name(): string {
    return "put";
  }

  protected override begin(): WaiterQueue | null {
    const queue = this.queue;
    if (queue.isFull() && !queue.isShutDown) return queue.putters;
    queue.put(this.item);
    return null;
  }

  protected override woken(): WaiterQueue | null {
    return this.begin();
  }

  protected override gaveUp(wasWoken: boolean): void {
    if (wasWoken && !this.queue.isFull()) this.queue.wakePutter();
  }
}

/** Takes an item out, and gives what `outcome` makes of it. */
abstract class Taking<T, R> extends QueuedOperation<R> {
  protected readonly queue: QueueState<T>;

  constructor(queue: QueueState<T>) {
    super();
    this.queue = queue;
  }

  protected abstract outcome(): R;

  protected override begin(): WaiterQueue | null {
    if (this.queue.isEmpty() && !this.queue.isShutDown) return this.queue.getters;
    this.value = this.outcome();
    return null;
  }

  protected override woken(): WaiterQueue | null {
    return this.begin();
  }

  protected override gaveUp(wasWoken: boolean): void {
    if (wasWoken && !this.queue.isEmpty()) this.queue.wakeGetter();
  }
}

/** `get()`. */
export class Get<T> extends Taking<T, T> {
  get name(): string {
    return "get";
  }

  protected override outcome(): T {
    return this.queue.get();
  }
}

/** `next()` of a queue's iterator: the end comes when the queue is shut down and empty. */
export class Next<T> extends Taking<T, IteratorResult<T, undefined>> {
  get name(): string {
    return "next";
  }

  protected override outcome(): IteratorResult<T, undefined> {
    try {
      return { done: false, value: this.queue.get() };
    } catch (error) {
      if (error instanceof QueueShutDown) return { done: true, value: undefined };
      throw error;
    }
  }
}

/** `join()`. */
export class Join extends QueuedOperation<void> {
  private readonly queue: QueueState<unknown>;

  constructor(queue: QueueState<unknown>) {
    super();
    this.queue = queue;
  }

  get name(): string {
    return "join";
  }

  protected override begin(): WaiterQueue | null {
    return this.queue.unfinished > 0 ? this.queue.joiners : null;
  }

  protected override woken(): null {
    return null;
  }

  protected override gaveUp(): void {}
}
