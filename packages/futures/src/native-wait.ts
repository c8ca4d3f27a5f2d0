import { type LoopContract, loopForNew, registry, type Sink, type Waitable, type Waiter } from "@tsyncio/contract";

/** The callbacks of one `then`, and the promise that it returned. */
export class ThenSink<T, A, B> implements Sink<T> {
  readonly #onValue: ((value: T) => A | PromiseLike<A>) | null | undefined;
  readonly #onError: ((error: unknown) => B | PromiseLike<B>) | null | undefined;
  readonly #resolve: (value: A | B | PromiseLike<A | B>) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    onValue: ((value: T) => A | PromiseLike<A>) | null | undefined,
    onError: ((error: unknown) => B | PromiseLike<B>) | null | undefined,
    resolve: (value: A | B | PromiseLike<A | B>) => void,
    reject: (error: unknown) => void,
  ) {
    this.#onValue = onValue;
    this.#onError = onError;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onValue(value: T): void {
    const handler = this.#onValue;
    if (typeof handler !== "function") {
      this.#resolve(value as unknown as A);
      return;
    }
    try {
      this.#resolve(handler(value));
    } catch (error) {
      this.#reject(error);
    }
  }

  onError(error: unknown): void {
    const handler = this.#onError;
    if (typeof handler !== "function") {
      this.#reject(error);
      return;
    }
    try {
      this.#resolve(handler(error));
    } catch (thrown) {
      this.#reject(thrown);
    }
  }
}

/** Waits for `target` on behalf of the current scope, if there is one. */
export function waitInScope<T>(target: Waitable<T>, sink: Sink<T>): void {
  const scope = registry.currentScope?.() ?? null;
  if (scope === null) observe(target, sink);
  else scope.waitFor(target, sink);
}

/** Waits for `target` on behalf of nobody: no cancellation comes this way. Woken on the loop of the caller, which runs for sure. */
export function observe<T>(target: Waitable<T>, sink: Sink<T>): void {
  target.addWaiter(new Observer(target, sink, loopForNew()));
}

class Observer<T> implements Waiter {
  readonly loop: LoopContract;
  readonly #target: Waitable<T>;
  readonly #sink: Sink<T>;

  constructor(target: Waitable<T>, sink: Sink<T>, loop: LoopContract) {
    this.#target = target;
    this.#sink = sink;
    this.loop = loop;
  }

  run(): void {
    this.loop.wakesNative();
    let value: T;
    try {
      value = this.#target.result();
    } catch (error) {
      this.#sink.onError(error);
      return;
    }
    this.#sink.onValue(value);
  }

  toString(): string {
    return `await ${this.#target}`;
  }
}
