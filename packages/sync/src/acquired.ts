import { CALL, type Call, type CoroutineFrame, type StartableCoroutine, type Suspension } from "@tsyncio/contract";
import type { Gate } from "./gate.js";

/** What `yield*` on it drives: it ends at once. */
const AT_ONCE: Iterator<Suspension, true, unknown> = { next: () => DONE };
const DONE: IteratorReturnResult<true> = { done: true, value: true };

/**
 * What `acquire()` gives when nobody has to be waited for: a promise that is settled, which `await` takes as it is (that of any other awaitable
 * calls its `then`, a turn of the microtasks later), and for `yield*` and `createTask` a coroutine that is done. A gate has one, for all of its
 * calls: to acquire and to release makes nothing.
 *
 * The permit is taken by then. A task that is cancelled before its first step gives it back.
 */
export class Acquired extends Promise<true> implements Call<true>, CoroutineFrame<true>, StartableCoroutine<true> {
  declare readonly "@@tsyncio": typeof CALL;
  static {
    Object.defineProperty(this.prototype, "@@tsyncio", { value: CALL });
    // For the platform it is a promise like any other: what `then` gives is one, and `await` needs no `then`.
    Object.defineProperty(this.prototype, "constructor", { value: Promise });
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: Acquired) {
        return this.toString();
      },
    });
  }

  readonly #gate: Gate;
  caller: Call | null = null;

  constructor(gate: Gate) {
    super((resolve) => resolve(true));
    this.#gate = gate;
  }

  get name(): string {
    return "acquire";
  }

  get source(): null {
    return null;
  }

  override get [Symbol.toStringTag](): string {
    return "Coroutine";
  }

  get frame(): CoroutineFrame<true> {
    return this;
  }

  open(): CoroutineFrame<true> {
    return this;
  }

  next(): IteratorResult<unknown, true> {
    return DONE;
  }

  /** The task that was to run it is cancelled before its first step. */
  throw(error: unknown): never {
    this.#gate.release();
    throw error;
  }

  return(value: true): IteratorResult<unknown, true> {
    this.#gate.release();
    return { done: true, value };
  }

  /** Gives back what nobody awaited. */
  close(): void {
    this.#gate.release();
  }

  [Symbol.iterator](): Iterator<Suspension, true, unknown> {
    return AT_ONCE;
  }

  get [Symbol.asyncIterator](): () => never {
    throw new TypeError("yield* of coroutine acquire in an async generator: write await");
  }

  override toString(): string {
    return "<Coroutine acquire>";
  }
}
