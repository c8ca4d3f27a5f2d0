import type { CoroutineGenerator, LoopContract } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";

/** Something that happens once, and that any number of coroutines wait for: each by a future of its own, so that a cancellation reaches only that. */
export class Milestone {
  readonly #loop: LoopContract;
  readonly #what: string;
  /** Made with the first of them. */
  #waiters: Set<Future<void>> | null = null;
  #reached = false;

  /** @param what - what is waited for, in reports of who waits */
  constructor(loop: LoopContract, what: string) {
    this.#loop = loop;
    this.#what = what;
  }

  get reached(): boolean {
    return this.#reached;
  }

  reach(): void {
    this.#reached = true;
    for (const waiter of this.#waiters ?? []) if (!waiter.done()) waiter.setResult();
    this.#waiters = null;
  }

  *wait(): CoroutineGenerator<void> {
    if (this.#reached) return;
    const waiter = new MilestoneWaiter(this.#loop, this.#what);
    this.#waiters ??= new Set();
    this.#waiters.add(waiter);
    try {
      yield* waiter;
    } finally {
      this.#waiters?.delete(waiter);
    }
  }
}

class MilestoneWaiter extends Future<void> {
  readonly #what: string;

  constructor(loop: LoopContract, what: string) {
    super({ loop });
    this.#what = what;
  }

  protected override describeSelf(): string {
    return super.describeSelf().replace("Future", this.#what);
  }
}
