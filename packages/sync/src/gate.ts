import { WaiterQueue } from "./waiter-queue.js";

/** What lets in so many at a time: the state of a lock or a semaphore. */
export interface Gate {
  readonly waiters: WaiterQueue;
  /** Whether nobody can come in at once. */
  locked(): boolean;
  /** Comes in, unless someone has to wait first. */
  tryAcquire(): boolean;
  /** Who was woken comes in, and has left the line. */
  enter(): void;
  /** Who waited was cancelled, and has left the line. `wasWoken`: it had been woken before. */
  gaveUp(wasWoken: boolean): void;
  release(): void;
}
