import { type LoopContract, loopForNew, registry, type Sink, type Waitable, type Waiter } from "@tsyncio/contract";

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
