import type { WaiterQueue } from "./waiter-queue.js";

/** What is told of a {@link Gate} outside of this package. */
export interface GateState {
  /** Whether nobody can come in at once. */
  locked(): boolean;
  release(): void;
}

/** What lets in so many at a time: the state of a lock or a semaphore. */
export interface Gate extends GateState {
  readonly waiters: WaiterQueue;
  /** Comes in, unless someone has to wait first. */
  tryAcquire(): boolean;
  /** Who was woken comes in, and has left the line. */
  enter(): void;
  /** Who waited was cancelled, and has left the line. `wasWoken`: it had been woken before. */
  gaveUp(wasWoken: boolean): void;
}
