import {
  type LoopContract,
  loopForNew,
  registry,
  type ScopeContract,
  type Sink,
  type Waitable,
  type Waiter,
} from "@tsyncio/contract";

import { tell } from "./failure.js";

/** Waits for `target` on behalf of the current scope, if there is one. */
export function waitInScope<T>(target: Waitable<T>, sink: Sink<T>): void {
  const scope = registry.currentScope?.() ?? null;
  if (scope === null) observe(target, sink);
  else scope.waitFor(target, sink);
}

/** Waits for `target` on behalf of nobody: no cancellation comes this way. Woken on the loop of the caller, which runs for sure. */
export function observe<T>(target: Waitable<T>, sink: Sink<T>): void {
  const scope = registry.currentScope?.() ?? null;
  // A virtual clock asks whether the scope waits for something that it knows nothing of.
  if (scope !== null) scope.observing++;
  target.addWaiter(new Observer(target, sink, loopForNew(), scope));
}

class Observer<T> implements Waiter {
  readonly loop: LoopContract;
  readonly #target: Waitable<T>;
  readonly #sink: Sink<T>;
  /** Who observes, if it is a task. */
  readonly #scope: ScopeContract | null;

  constructor(target: Waitable<T>, sink: Sink<T>, loop: LoopContract, scope: ScopeContract | null) {
    this.#target = target;
    this.#sink = sink;
    this.loop = loop;
    this.#scope = scope;
  }

  run(): void {
    this.loop.wakesNative();
    if (this.#scope !== null) this.#scope.observing--;
    tell(this.#target, this.#sink);
  }

  toString(): string {
    return `await ${this.#target}`;
  }
}
