// Primitives with bugs that CPython's asyncio had, or nearly: each a small copy of its algorithm, a queue of futures.
import { CancelledError, type CoroutineGenerator } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { coroutine } from "@tsyncio/tasks";
import type { ConditionLike, Gate, QueueLike } from "../programs/sync.ts";

/** Futures of those who wait. */
class Line {
  readonly waiters: Future<void>[] = [];

  *wait(): CoroutineGenerator<void> {
    const waiter = new Future<void>();
    this.waiters.push(waiter);
    try {
      yield* waiter;
    } finally {
      const index = this.waiters.indexOf(waiter);
      if (index >= 0) this.waiters.splice(index, 1);
    }
  }

  wakeNext(): void {
    this.waiters.find((waiter) => !waiter.done())?.setResult();
  }
}

/** Who was woken and is cancelled before it runs keeps the wake-up for itself: gh-90155, and bpo-27585 for locks. */
export class CancelLosesWakeUp implements Gate {
  #value: number;
  readonly #line = new Line();

  constructor(value: number) {
    this.#value = value;
  }

  readonly acquire = coroutine(function* acquire(this: CancelLosesWakeUp) {
    while (this.#value <= 0) yield* this.#line.wait();
    this.#value--;
  });

  release(): void {
    this.#value++;
    this.#line.wakeNext();
  }
}

/** `release` wakes somebody only where nothing was free before: of two releases in one turn the second wakes nobody. */
export class ReleaseLosesWakeUp implements Gate {
  #value: number;
  readonly #line = new Line();

  constructor(value: number) {
    this.#value = value;
  }

  readonly acquire = coroutine(function* acquire(this: ReleaseLosesWakeUp) {
    while (this.#value <= 0) {
      try {
        yield* this.#line.wait();
      } catch (error) {
        if (this.#value > 0) this.#line.wakeNext();
        throw error;
      }
    }
    this.#value--;
  });

  release(): void {
    if (this.#value++ === 0) this.#line.wakeNext();
  }
}

/** Lets newcomers in between the release and the turn of who was woken, who comes in as well. */
export class NoRecheck implements Gate {
  #held = false;
  readonly #line = new Line();

  readonly acquire = coroutine(function* acquire(this: NoRecheck) {
    if (this.#held) {
      try {
        yield* this.#line.wait();
      } catch (error) {
        if (!this.#held) this.#line.wakeNext();
        throw error;
      }
    }
    this.#held = true;
  });

  release(): void {
    this.#held = false;
    this.#line.wakeNext();
  }
}

/** A lock that is right. */
class PlainLock implements Gate {
  #held = false;
  readonly #line = new Line();

  readonly acquire = coroutine(function* acquire(this: PlainLock) {
    while (this.#held) {
      try {
        yield* this.#line.wait();
      } catch (error) {
        if (!this.#held) this.#line.wakeNext();
        throw error;
      }
    }
    this.#held = true;
  });

  release(): void {
    this.#held = false;
    this.#line.wakeNext();
  }
}

/** What the conditions below have in common. */
abstract class MutantCondition implements ConditionLike {
  protected readonly lock = new PlainLock();
  protected readonly line = new Line();

  acquire(): PromiseLike<unknown> {
    return this.lock.acquire();
  }
  release(): void {
    this.lock.release();
  }
  notify(n = 1): void {
    for (let i = 0; i < n; i++) this.line.wakeNext();
  }
  abstract wait(): PromiseLike<unknown>;

  /** Takes the lock again, whatever cancellations come; the last of them. */
  protected *reacquire(): CoroutineGenerator<unknown> {
    let cancelled: unknown = null;
    for (;;) {
      try {
        yield* this.lock.acquire();
        return cancelled;
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
        cancelled = error;
      }
    }
  }
}

/** A cancellation while the lock is taken again is swallowed: bpo-32841. */
export class ConditionSwallowsCancellation extends MutantCondition {
  readonly wait = coroutine(function* wait(this: ConditionSwallowsCancellation) {
    this.lock.release();
    try {
      yield* this.line.wait();
    } finally {
      yield* this.reacquire();
    }
  });
}

/** Who was notified and is cancelled before it goes on does not notify the next one: gh-112202. */
export class ConditionDropsNotify extends MutantCondition {
  readonly wait = coroutine(function* wait(this: ConditionDropsNotify) {
    this.lock.release();
    let cancelled: unknown = null;
    try {
      yield* this.line.wait();
    } finally {
      cancelled = yield* this.reacquire();
    }
    if (cancelled !== null) throw cancelled;
  });
}

/** A getter that was woken and is cancelled does not wake the next one: nobody takes the item. As asyncio's queue before 3.4.4. */
export class QueueGetLosesWakeUp implements QueueLike {
  protected readonly items: number[] = [];
  protected readonly getters = new Line();
  protected readonly putters = new Line();
  readonly #maxsize: number;

  constructor(maxsize: number) {
    this.#maxsize = maxsize;
  }

  qsize(): number {
    return this.items.length;
  }

  protected lostGet(): void {}
  protected lostPut(): void {
    if (this.items.length < this.#maxsize) this.putters.wakeNext();
  }

  readonly put = coroutine(function* put(this: QueueGetLosesWakeUp, item: number) {
    while (this.items.length >= this.#maxsize) {
      try {
        yield* this.putters.wait();
      } catch (error) {
        this.lostPut();
        throw error;
      }
    }
    this.items.push(item);
    this.getters.wakeNext();
  });

  readonly get = coroutine(function* get(this: QueueGetLosesWakeUp) {
    while (this.items.length === 0) {
      try {
        yield* this.getters.wait();
      } catch (error) {
        this.lostGet();
        throw error;
      }
    }
    const item = this.items.shift() as number;
    this.putters.wakeNext();
    return item;
  });
}

/** The same on the other side: a putter that was woken and is cancelled keeps the free place from the next one. */
export class QueuePutLosesWakeUp extends QueueGetLosesWakeUp {
  protected override lostGet(): void {
    if (this.items.length > 0) this.getters.wakeNext();
  }
  protected override lostPut(): void {}
}

/** `put` hands the item to a getter that waits: if that is cancelled before it goes on, the item is gone. As asyncio's queue of 3.4.0. */
export class QueueLosesItem implements QueueLike {
  readonly #items: number[] = [];
  readonly #getters: Future<number>[] = [];

  qsize(): number {
    return this.#items.length;
  }

  readonly put = coroutine(function* put(this: QueueLosesItem, item: number) {
    const getter = this.#getters.find((each) => !each.done());
    if (getter === undefined) this.#items.push(item);
    else getter.setResult(item);
  });

  readonly get = coroutine(function* get(this: QueueLosesItem) {
    if (this.#items.length > 0) return this.#items.shift() as number;
    const getter = new Future<number>();
    this.#getters.push(getter);
    return yield* getter;
  });
}
