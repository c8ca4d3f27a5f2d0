import { CALL, type Call, type CoroutineFrame, type StartableCoroutine, type Suspension } from "@tsyncio/contract";

/**
 * A promise that is a coroutine for `yield*`, `createTask` and the like: for the packages above this one, to give where the answer is there already.
 * `await` takes a promise as it is, while the `then` of any other awaitable is called a turn of the microtasks later.
 *
 * Each class that can be instantiated says {@link passAsPromise}.
 */
export abstract class PromiseCoroutine<T> extends Promise<T> implements Call<T>, StartableCoroutine<T> {
  declare readonly "@@tsyncio": typeof CALL;
  static {
    Object.defineProperty(this.prototype, "@@tsyncio", { value: CALL });
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: PromiseCoroutine<unknown>) {
        return this.toString();
      },
    });
  }

  abstract get name(): string;
  abstract caller: Call | null;
  abstract get frame(): CoroutineFrame<T>;
  abstract open(): CoroutineFrame<T>;
  abstract close(): void;
  abstract [Symbol.iterator](): Iterator<Suspension, T, unknown>;

  get source(): string | null {
    return null;
  }

  override get [Symbol.toStringTag](): string {
    return "Coroutine";
  }

  get [Symbol.asyncIterator](): () => never {
    throw new TypeError(`yield* of coroutine ${this.name} in an async generator: write await`);
  }

  toJSON(): string {
    return this.toString();
  }

  override toString(): string {
    return `<Coroutine ${this.name}>`;
  }
}

/** For the platform objects of `cls` are promises like any other: what `then` gives is one, and `await` needs no `then`. */
export function passAsPromise(cls: { readonly prototype: PromiseCoroutine<unknown> }): void {
  Object.defineProperty(cls.prototype, "constructor", { value: Promise });
}
