import type { LoopContract } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { Operation, type PENDING } from "@tsyncio/tasks";

/** What several coroutines wait for, each by a future of its own, so that a cancellation reaches only its own. */
export class Gate {
  readonly #loop: LoopContract;
  readonly #what: string;
  #waiters: Set<Future<void>> | null = null;

  /** @param what - what is waited for, in reports of who waits */
  constructor(loop: LoopContract, what: string) {
    this.#loop = loop;
    this.#what = what;
  }

  wait(): Future<void> {
    const waiter = new GateWaiter(this.#loop, this.#what);
    this.#waiters ??= new Set();
    this.#waiters.add(waiter);
    return waiter;
  }

  leave(waiter: Future<void>): void {
    this.#waiters?.delete(waiter);
  }

  /** Wakes all who wait. */
  open(): void {
    if (this.#waiters === null) return;
    for (const waiter of this.#waiters) if (!waiter.done()) waiter.setResult();
    this.#waiters = null;
  }
}

/** Waits at a gate until `look` finds what it looks for. */
export class Passing<T> extends Operation<T> {
  readonly name: string;
  readonly #gate: Gate;
  readonly #look: () => T | typeof PENDING;
  #waiter: Future<void> | null = null;

  constructor(name: string, gate: Gate, look: () => T | typeof PENDING) {
    super();
    this.name = name;
    this.#gate = gate;
    this.#look = look;
  }

  protected override attempt(): T | typeof PENDING {
    return this.#look();
  }

  protected override wait(): Future<void> {
    this.#waiter = this.#gate.wait();
    return this.#waiter;
  }

  protected override waited(): void {
    if (this.#waiter !== null) this.#gate.leave(this.#waiter);
    this.#waiter = null;
  }
}

class GateWaiter extends Future<void> {
  readonly #what: string;

  constructor(loop: LoopContract, what: string) {
    super({ loop });
    this.#what = what;
  }

  protected override describeSelf(): string {
    return super.describeSelf().replace("Future", this.#what);
  }
}
