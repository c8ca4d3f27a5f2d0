import type { LoopContract, Waitable, Waiter } from "@tsyncio/contract";

/** Calls a function of its own in a turn of `loop` when a future is done: `addDoneCallback` without an async context. */
export class WhenDone<F extends Waitable> implements Waiter {
  readonly loop: LoopContract;
  readonly #future: F;
  readonly #call: (future: F) => void;
  readonly #name: string;

  constructor(loop: LoopContract, future: F, call: (future: F) => void, name: string) {
    this.loop = loop;
    this.#future = future;
    this.#call = call;
    this.#name = name;
    future.addWaiter(this);
  }

  /** Takes it back. */
  remove(): void {
    this.#future.removeWaiter(this);
  }

  run(): void {
    this.#call(this.#future);
  }

  toString(): string {
    return this.#name;
  }
}
