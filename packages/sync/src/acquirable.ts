import { type Body, registry, type StartableCoroutine } from "@tsyncio/contract";
import type { Coroutine } from "@tsyncio/tasks";
import { Acquire, type Hold, HoldOperation } from "./acquire.js";
import { Acquired, AcquireInLine } from "./acquire-promises.js";
import type { Gate, GateState } from "./gate.js";
import { showAsString, stateText } from "./inspection.js";
import { withHeld } from "./with-body.js";

/** What locks and semaphores have in common: they are acquired, held and released. */
export abstract class Acquirable {
  static {
    showAsString(this);
  }

  readonly #gate: Gate;
  readonly #acquired: Acquired;

  /** @param state - a {@link Gate}, for it alone: the inside of it is not for the public API */
  protected constructor(state: GateState) {
    const gate = state as Gate;
    gate.waiters.owner = this;
    this.#gate = gate;
    this.#acquired = new Acquired(this.#gate);
  }

  abstract get [Symbol.toStringTag](): string;
  /** What stands in `toString` for its state. */
  protected abstract stateText(): string;

  /** Whether `acquire()` would have to wait: nothing is free, or somebody else's turn comes first. */
  locked(): boolean {
    return this.#gate.locked();
  }

  /**
   * Waits until it is free, and takes it (`acquire`); first come, first served. What is free is taken by the call, as in asyncio, where it does
   * not suspend: await what it gives.
   *
   * A cancellation while it waits takes nothing, and lets the next one in. A loop that is closed gives up the places of its tasks.
   */
  acquire(): StartableCoroutine<true> {
    if (this.#gate.tryAcquire()) return this.#acquired;
    return isInTask() ? new Acquire(this.#gate) : new AcquireInLine(this.#gate);
  }

  /** Gives it back, and wakes who waits longest. */
  release(): void {
    this.#gate.release();
  }

  /** {@link acquire}, for `using`: `using _ = await lock.hold()`, `using _ = yield* lock.hold()` (`async with`). Releases once. */
  hold(): Coroutine<Hold> {
    return new HoldOperation(this.#gate);
  }

  /**
   * Runs `body` while it is held, and gives its result (`async with`): `await lock.with(async () => …)`.
   * @param body - a generator function, an async function, or any function that returns an awaitable
   */
  with<T>(body: Body<[], T>): Coroutine<T> {
    return withHeld(this, body, `${this[Symbol.toStringTag]}.with`);
  }

  toString(): string {
    return stateText(this, this.stateText(), this.#gate.waiters.size);
  }
}

function isInTask(): boolean {
  return registry.stepping !== null || (registry.currentScope?.() ?? null) !== null;
}
