import {
  type Body,
  CancelledError,
  type CoroutineGenerator,
  describe,
  RuntimeError,
  type StartableCoroutine,
} from "@tsyncio/contract";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import type { Hold } from "./acquire.js";
import { showAsString, stateText } from "./inspection.js";
import { Lock } from "./lock.js";
import { Ticket } from "./ticket.js";
import { WaiterQueue } from "./waiter-queue.js";
import { withHeld } from "./with-body.js";

/** Waiting, with a lock held, until another task says that something has changed (`asyncio.Condition`). */
export class Condition {
  static {
    showAsString(this);
  }

  readonly #lock: Lock;
  readonly #waiters = new WaiterQueue();

  /**
   * @param lock - left out: a new one
   * @throws `TypeError` for what is no lock
   */
  constructor(lock: Lock = new Lock()) {
    const { acquire, release, locked, hold } = (lock ?? {}) as Partial<Lock>;
    if (![acquire, release, locked, hold].every((method) => typeof method === "function")) {
      throw new TypeError(`lock must be a Lock, got ${describe(lock)}`);
    }
    this.#lock = lock;
    this.#waiters.owner = this;
  }

  get [Symbol.toStringTag](): string {
    return "Condition";
  }

  /** {@link Lock.locked} of its lock. */
  locked(): boolean {
    return this.#lock.locked();
  }

  /** {@link Lock.acquire} of its lock. */
  acquire(): StartableCoroutine<true> {
    return this.#lock.acquire();
  }

  /** {@link Lock.release} of its lock. */
  release(): void {
    this.#lock.release();
  }

  /** {@link Lock.hold} of its lock. */
  hold(): Coroutine<Hold> {
    return this.#lock.hold();
  }

  /** {@link Lock.with} of its lock. */
  with<T>(body: Body<[], T>): Coroutine<T> {
    return withHeld(this, body, "Condition.with");
  }

  /**
   * Releases the lock, waits for a `notify`, and acquires the lock again: also when it is cancelled, and cancelled again while it does that.
   * A notification that it can't use goes to the next one. It may wake for nothing: look again at what was waited for, or use {@link waitFor}.
   * @throws `RuntimeError` when the lock is not held
   */
  wait(): Coroutine<true> {
    return Condition.#wait(this);
  }

  /**
   * Waits until `predicate()` gives something true, which it returns. The predicate is asked at once, and after each `notify`.
   * @throws `RuntimeError` when it has to wait and the lock is not held
   */
  waitFor<T>(predicate: () => T): Coroutine<T> {
    if (typeof predicate !== "function")
      throw new TypeError(`predicate must be a function, got ${describe(predicate)}`);
    return Condition.#waitFor(this, predicate) as Coroutine<T>;
  }

  /**
   * Wakes so many of those who wait, the longest waiting first. They go on when they get the lock, which the caller has to release.
   * @throws `RuntimeError` when the lock is not held
   */
  notify(n: number = 1): void {
    if (typeof n !== "number" || Number.isNaN(n)) throw new TypeError(`n must be a number, got ${describe(n)}`);
    if (!this.locked()) throw new RuntimeError("cannot notify on un-acquired lock");
    this.#notify(n + this.#waiters.dropLost());
  }

  /**
   * Wakes all who wait.
   * @throws `RuntimeError` when the lock is not held
   */
  notifyAll(): void {
    this.notify(this.#waiters.size);
  }

  toString(): string {
    return stateText(this, this.locked() ? "locked" : "unlocked", this.#waiters.size);
  }

  #notify(n: number): void {
    for (let i = 0; i < n; i++) if (!this.#waiters.wakeNext()) return;
  }

  static readonly #wait = coroutine(function* wait(condition: Condition) {
    if (!condition.locked()) throw new RuntimeError("cannot wait on un-acquired lock");
    const ticket = new Ticket(condition.#waiters);
    condition.release();
    try {
      try {
        yield ticket;
        return true as const;
      } finally {
        ticket.leave();
        yield* condition.#reacquire();
      }
    } catch (error) {
      // It may have been notified before that. To wake one too many is allowed.
      condition.#notify(1);
      throw error;
    }
  });

  static readonly #waitFor = coroutine(function* waitFor(condition: Condition, predicate: () => unknown) {
    let result = predicate();
    while (!result) {
      yield* condition.wait();
      result = predicate();
    }
    return result;
  });

  /** Acquires the lock, whatever cancellations come; then throws the last of them. */
  *#reacquire(): CoroutineGenerator<void> {
    let cancelled: CancelledError | null = null;
    for (;;) {
      try {
        yield* this.acquire();
        break;
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
        cancelled = error;
      }
    }
    if (cancelled !== null) throw cancelled;
  }
}
