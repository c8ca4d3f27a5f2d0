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
 * Wrap a long-lived promise once: what waits for a promise can't be taken off it again.
 * @throws `TypeError` when `source` is neither a promise nor a function.
 */
export function fromPromise<T>(
  source: PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T>),
  options: FromPromiseOptions<T> = {},
): Future<T> {
  if (isWaitable(source)) return source as unknown as Future<T>;
  if (typeof source !== "function" && typeof (source as Partial<PromiseLike<T>> | null)?.then !== "function") {
    throw new TypeError(`a promise, or a function of a signal, was expected by fromPromise(), got ${describe(source)}`);
  }
  return new PromiseFuture(source, options);
}

class PromiseFuture<T> extends Future<T> {
  readonly #controller: AbortController | null;
  readonly #onLate: ((value: T) => void) | undefined;
  readonly #foreign = { foreignWait: () => "fromPromise()" };

  constructor(source: PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T>), options: FromPromiseOptions<T>) {
    super(options);
    this.#onLate = options.onLate;
    if (this.#onLate !== undefined && typeof this.#onLate !== "function") {
      throw new TypeError(`onLate must be a function, got ${describe(this.#onLate)}`);
    }
    this.#controller = typeof source === "function" ? new AbortController() : null;
    this.getLoop().foreignWork.add(this.#foreign);
    this.#start(source).then(
      (value) => this.#fulfilled(value),
      (error) => this.#rejected(error),
    );
  }

  override cancel(reason?: unknown): boolean {
    if (!super.cancel(reason)) return false;
    this.#isOver();
    this.#controller?.abort(makeCancelledError(reason));
    return true;
  }

  async #start(source: PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T>)): Promise<T> {
    return typeof source === "function" ? source((this.#controller as AbortController).signal) : source;
  }

  #fulfilled(value: T): void {
    this.#isOver();
    if (!this.done()) this.setResult(value);
    else if (this.#onLate !== undefined) this.#dispose(value, this.#onLate);
  }

  #rejected(error: unknown): void {
    this.#isOver();
    if (!this.done()) this.fail(error);
  }

  #dispose(value: T, onLate: (value: T) => void): void {
    try {
      onLate(value);
    } catch (exception) {
      const message = "Exception in onLate of fromPromise()";
      this.getLoop().callExceptionHandler({ message, exception, future: this });
    }
  }

  /** The loop need not wait for it any more. */
  #isOver(): void {
    this.getLoop().foreignWork.delete(this.#foreign);
  }
}
