import { describe, isWaitable, type LoopContract } from "@tsyncio/contract";
import { Future, makeCancelledError } from "./future.js";

/** How a foreign promise is made awaitable. */
export interface FromPromiseOptions<T> {
  /** Gets a value that comes after the cancellation, to dispose of it. */
  onLate?: ((value: T) => void) | undefined;
  loop?: LoopContract | undefined;
}

/**
 * Makes a foreign promise a future that a cancellation reaches: `fromPromise(promise)`, or `fromPromise((signal) => fetch(url, { signal }))`,
 * whose signal is aborted by the cancellation, with the `CancelledError` as reason.
 * @throws `TypeError` when `source` is neither a promise nor a function.
 */
export function fromPromise<T>(
  source: PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T>),
  options: FromPromiseOptions<T> = {},
): Future<T> {
  if (isWaitable(source)) return source as unknown as Future<T>;
  const isThenable = typeof (source as Partial<PromiseLike<T>> | null | undefined)?.then === "function";
  if (!isThenable && typeof source !== "function") {
    throw new TypeError(`a promise, or a function of a signal, was expected by fromPromise(), got ${describe(source)}`);
  }
  return new PromiseFuture(source, options);
}

class PromiseFuture<T> extends Future<T> {
  readonly #controller: AbortController | null;
  readonly #foreign: { foreignWait(): string };

  constructor(source: PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T>), options: FromPromiseOptions<T>) {
    super(options);
    const isThenable = typeof (source as Partial<PromiseLike<T>>).then === "function";
    this.#controller = isThenable ? null : new AbortController();
    this.#foreign = { foreignWait: () => "fromPromise()" };
    this.getLoop().foreignWork.add(this.#foreign);
    this.#start(source).then(
      (value) =>
        this.#settle(
          () => this.setResult(value),
          () => options.onLate?.(value),
        ),
      (error) =>
        this.#settle(
          () => this.setException(error ?? new Error(`promise rejected with ${error}`)),
          () => {},
        ),
    );
  }

  override cancel(reason?: unknown): boolean {
    if (!super.cancel(reason)) return false;
    this.getLoop().foreignWork.delete(this.#foreign);
    this.#controller?.abort(makeCancelledError(reason));
    return true;
  }

  async #start(source: PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T>)): Promise<T> {
    return this.#controller === null
      ? (source as PromiseLike<T>)
      : (source as (signal: AbortSignal) => PromiseLike<T>)(this.#controller.signal);
  }

  #settle(inTime: () => void, late: () => void): void {
    this.getLoop().foreignWork.delete(this.#foreign);
    if (this.done()) late();
    else inTime();
  }
}
