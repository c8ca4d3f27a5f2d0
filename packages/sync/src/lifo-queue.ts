import { Queue } from "./queue.js";
import { Stack } from "./queue-store.js";

/** A {@link Queue} that gives the item that was put in last (`asyncio.LifoQueue`). */
export class LifoQueue<T> extends Queue<T> {
  /** @param maxsize - how many items it holds at most; 0 or below: any number */
  constructor(maxsize: number = 0) {
    super(maxsize, new Stack());
  }

  override get [Symbol.toStringTag](): string {
    return "LifoQueue";
  }
}
