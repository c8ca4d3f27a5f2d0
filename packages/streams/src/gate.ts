import type { LoopContract } from "@tsyncio/contract";
import { Operation, type PENDING } from "@tsyncio/tasks";
import { ReusableWait, type Waited } from "./reusable-wait.js";

/** What several coroutines wait for, each in a way of its own, so that a cancellation reaches only its own. */
export class Gate implements Waited {
  readonly #loop: LoopContract;
  readonly #owner: string;
  readonly name: string;
  #waiters: Set<ReusableWait> | null = null;
  /** One that is over, for the next who waits. */
  #spare: ReusableWait | null = null;

  /** @param owner - whose method `name` is that waits here, in reports of who waits */
  constructor(loop: LoopContract, owner: string, name: string) {
    this.#loop = loop;
    this.#owner = owner;
    this.name = name;
  }

  wait(): ReusableWait {
    const waiter = this.#spare ?? new ReusableWait(this.#loop, this.#owner);
    this.#spare = null;
    waiter.begin(this);
    this.#waiters ??= new Set();
    this.#waiters.add(waiter);
    return waiter;
  }

  leave(waiter: ReusableWait): void {
    this.#waiters?.delete(waiter);
    this.#spare = waiter;
  }

  /** Wakes all who wait. */
  open(): void {
    if (this.#waiters === null) return;
    for (const waiter of this.#waiters) waiter.wake();
    this.#waiters.clear();
  }
}

/** Waits at a gate until `look` finds what it looks for. */
export class Passing<T> extends Operation<T> {
  readonly name: string;
  readonly #gate: Gate;
  readonly #look: () => T | typeof PENDING;
  #waiter: ReusableWait | null = null;

  constructor(name: string, gate: Gate, look: () => T | typeof PENDING) {
    super();
    this.name = name;
    this.#gate = gate;
    this.#look = look;
  }

  protected override attempt(): T | typeof PENDING {
    return this.#look();
  }

  protected override wait(): ReusableWait {
    this.#waiter = this.#gate.wait();
    return this.#waiter;
  }

  protected override waited(): void {
    if (this.#waiter !== null) this.#gate.leave(this.#waiter);
    this.#waiter = null;
  }
}
