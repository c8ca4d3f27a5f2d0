import { RuntimeError, type Waitable } from "@tsyncio/contract";

/**
 * What `yield*` on a future drives: yields the future once, unless it is done, and ends with what the task sends back.
 * It is its own iterator result, so that a wait makes one object instead of three.
 */
export class FutureIteration<T> implements Iterator<Waitable<T>, T, unknown> {
  done = false;
  value: unknown;
  readonly #future: Waitable<T>;
  #waited = false;

  constructor(future: Waitable<T>) {
    this.#future = future;
    this.value = future;
  }

  next(sent?: unknown): IteratorResult<Waitable<T>, T> {
    if (this.#waited) {
      if (!this.#future.done()) throw new RuntimeError("yield* wasn't used with future: only a task can drive it");
      this.#end(sent);
    } else if (this.#future.done()) this.#end(this.#future.result());
    this.#waited = true;
    return this as IteratorResult<Waitable<T>, T>;
  }

  throw(error: unknown): never {
    throw error;
  }

  return(value: T): IteratorResult<Waitable<T>, T> {
    this.#end(value);
    return this as IteratorResult<Waitable<T>, T>;
  }

  #end(value: unknown): void {
    this.done = true;
    this.value = value;
  }
}
