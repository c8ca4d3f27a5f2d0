import { QueueEmpty, QueueFull, QueueShutDown, ValueError } from "@tsyncio/contract";
import type { QueueStore } from "./queue-store.js";
import { WaiterQueue } from "./waiter-queue.js";

/**
 * The state of a queue. A put wakes one getter and a get one putter, for which nothing is kept back: whoever runs first takes the item or the
 * place, and who finds none goes to the end of the line.
 *
 * Invariant: as long as a getter is still waiting, there is no item, or a getter was woken that will take one, or wake the next instead; with
 * putters and free places likewise.
 */
export class QueueState<T> {
  readonly maxsize: number;
  readonly store: QueueStore<T>;
  readonly getters: WaiterQueue = new WaiterQueue();
  readonly putters: WaiterQueue = new WaiterQueue();
  /** Who waits until everything is done. */
  readonly joiners: WaiterQueue = new WaiterQueue();
  /** How many items were put, and not done. */
  unfinished = 0;
  isShutDown = false;

  constructor(maxsize: number, store: QueueStore<T>) {
    this.maxsize = maxsize;
    this.store = store;
  }

  isEmpty(): boolean {
    return this.store.size === 0;
  }

  isFull(): boolean {
    return this.maxsize > 0 && this.store.size >= this.maxsize;
  }

  put(item: T): void {
    if (this.isShutDown) throw new QueueShutDown();
    if (this.isFull()) throw new QueueFull();
    this.store.add(item);
    this.unfinished++;
    this.wakeGetter();
  }

  get(): T {
    if (this.isEmpty()) throw this.isShutDown ? new QueueShutDown() : new QueueEmpty();
    const item = this.store.take();
    this.wakePutter();
    return item;
  }

  giveBack(item: T): void {
    if (this.store.giveBack === undefined) this.store.add(item);
    else this.store.giveBack(item);
    this.wakeGetter();
  }

  wakeGetter(): void {
    if (this.getters.size > 0) wakeOne(this.getters);
  }

  wakePutter(): void {
    if (this.putters.size > 0) wakeOne(this.putters);
  }

  taskDone(): void {
    if (this.unfinished <= 0) throw new ValueError("task_done() called too many times");
    this.unfinished--;
    this.#wakeJoiners();
  }

  shutdown(immediate: boolean): void {
    this.isShutDown = true;
    if (immediate) {
      while (!this.isEmpty()) {
        this.store.take();
        if (this.unfinished > 0) this.unfinished--;
      }
      this.#wakeJoiners();
    }
    this.getters.wakeAll();
    this.putters.wakeAll();
  }

  #wakeJoiners(): void {
    if (this.unfinished === 0) this.joiners.wakeAll();
  }
}

/** And one more for each that was woken on a loop that was closed before it ran. */
function wakeOne(waiters: WaiterQueue): void {
  for (let left = 1 + waiters.dropLost(); left > 0; left--) if (!waiters.wakeNext()) return;
}
