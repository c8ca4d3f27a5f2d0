import { CancelledError, type LoopContract, type Sink, type Waitable, type Waiter } from "@tsyncio/contract";
import { failureOf, makeCancelledError, tell } from "@tsyncio/futures";
import { Refused, refuse } from "./refuse.js";
import type { Scope, ScopeMember } from "./scope.js";

/** An `await` of an async function, registered in its scope. */
export class NativeWait<T> implements Waiter, ScopeMember {
  readonly loop: LoopContract;
  target: Waitable<T> | null;
  scope: Scope;
  readonly #sink: Sink<T>;
  readonly #sequence: number;

  constructor(scope: Scope, target: Waitable<T> | null, sink: Sink<T>, number: number) {
    this.loop = scope.loop;
    this.target = target;
    this.scope = scope;
    this.#sink = sink;
    this.#sequence = number;
  }

  begin(): void {
    const { target } = this;
    if (target === null) {
      this.scope.add(this);
      this.loop.enqueue(this);
      return;
    }
    const refusal = refuse(this.scope.task, target);
    if (refusal !== null) {
      this.target = new Refused(this.loop, refusal);
      this.loop.enqueue(this);
      return;
    }
    this.scope.add(this);
    target.addWaiter(this);
    if (this.scope.hasUndelivered() && target.cancel(this.scope.latestUndelivered())) this.scope.takeUndelivered();
  }

  run(): void {
    const { target } = this;
    this.target = null;
    const scope = this.scope;
    scope.remove(this);
    this.loop.wakesNative();
    if (!scope.hasUndelivered(this.#sequence)) {
      if (target === null) this.#sink.onValue(undefined as T);
      else tell(target, this.#sink);
      return;
    }
    const reason = scope.takeUndelivered();
    const failure = target === null ? null : failureOf(target);
    const isCancelled = failure !== null && failure.error instanceof CancelledError;
    this.#sink.onError(isCancelled ? failure.error : makeCancelledError(reason));
  }

  toString(): string {
    return `<Task ${this.scope.task.getName()} await>`;
  }
}
