/// <reference lib="esnext.disposable" preserve="true" />
import { type Body, BrokenBarrierError, type CoroutineGenerator, describe, ValueError } from "@tsyncio/contract";
import { type Coroutine, callBody, coroutine } from "@tsyncio/tasks";
import { Condition } from "./condition.js";
import { showAsString, stateText } from "./inspection.js";
import { checkBody } from "./with-body.js";

/**
 *    ┌──────────────── the last one left ────────────────┐
 *    ▼                                                   │
 * FILLING ──the last party came──▶ DRAINING ─────────────┤
 *    ├──────reset, with some inside──▶ RESETTING ────────┘
 *    └──────abort, from any state────▶ BROKEN ──reset──▶ FILLING, or RESETTING while some are inside
 *
 * DRAINING: those inside leave with their index. RESETTING: they leave with an error. Newcomers wait outside meanwhile. BROKEN: everybody gets
 * an error.
 */
type State = "filling" | "draining" | "resetting" | "broken";

/** What {@link Barrier.hold} gives, for `using`. */
export interface BarrierPass extends Disposable {
  /** Which of the parties it was: 0 for the first that came, and so on. */
  readonly index: number;
}

/** Holds tasks until so many of them have come, and lets them all go on (`asyncio.Barrier`). It can be used again and again. */
export class Barrier {
  static {
    showAsString(this);
  }

  readonly #condition = new Condition();
  readonly #parties: number;
  #state: State = "filling";
  /** How many are inside. */
  #count = 0;

  /**
   * @param parties - for how many it waits
   * @throws `ValueError` below 1, `TypeError` for what is no whole number
   */
  constructor(parties: number) {
    if (!Number.isInteger(parties)) throw new TypeError(`parties must be a whole number, got ${describe(parties)}`);
    if (parties < 1) throw new ValueError("parties must be > 0");
    this.#parties = parties;
  }

  get [Symbol.toStringTag](): string {
    return "Barrier";
  }

  /** For how many it waits. */
  get parties(): number {
    return this.#parties;
  }

  /** How many are waiting for the others (`n_waiting`). */
  get nWaiting(): number {
    return this.#state === "filling" ? this.#count : 0;
  }

  /** Whether it was aborted. */
  get broken(): boolean {
    return this.#state === "broken";
  }

  /**
   * Waits for the other parties; which of them the caller was, from 0. Who comes while the last ones leave waits for the next round. A
   * cancellation takes the caller out; the others go on waiting.
   * @throws `BrokenBarrierError` when the barrier is broken, or is aborted or reset meanwhile
   */
  wait(): Coroutine<number> {
    return Barrier.#wait(this);
  }

  /** {@link wait}, for `using`, as `async with barrier as index` is. Leaving the block does nothing. */
  hold(): Coroutine<BarrierPass> {
    return Barrier.#hold(this);
  }

  /** Waits for the other parties, and then runs `body(index)`. */
  with<T>(body: Body<[index: number], T>): Coroutine<T> {
    checkBody(body, "Barrier.with");
    return Barrier.#with(this, body as Body<[number], unknown>) as Coroutine<T>;
  }

  /** Makes it new: those who wait get a `BrokenBarrierError`. */
  reset(): Coroutine<void> {
    return Barrier.#reset(this);
  }

  /** Breaks it: those who wait, and all who come, get a `BrokenBarrierError`. */
  abort(): Coroutine<void> {
    return Barrier.#abort(this);
  }

  toString(): string {
    return stateText(this, this.broken ? "broken" : `${this.#state}, waiters:${this.nWaiting}/${this.#parties}`, 0);
  }

  static readonly #wait = coroutine(function* wait(barrier: Barrier) {
    const condition = barrier.#condition;
    yield* condition.acquire();
    try {
      yield* barrier.#block();
      try {
        const index = barrier.#count++;
        if (index + 1 === barrier.#parties) barrier.#change("draining");
        else yield* barrier.#fill();
        return index;
      } finally {
        barrier.#count--;
        barrier.#exit();
      }
    } finally {
      condition.release();
    }
  });

  static readonly #hold = coroutine(function* hold(barrier: Barrier) {
    const index = yield* barrier.wait();
    return { index, [Symbol.dispose]() {} };
  });

  static readonly #with = coroutine(function* withBarrier(barrier: Barrier, body: Body<[number], unknown>) {
    const index = yield* barrier.wait();
    return yield* callBody(body, [index], "Barrier.with");
  });

  static readonly #reset = coroutine(function* reset(barrier: Barrier) {
    yield* barrier.#condition.acquire();
    barrier.#change(barrier.#count > 0 ? "resetting" : "filling");
    barrier.#condition.release();
  });

  static readonly #abort = coroutine(function* abort(barrier: Barrier) {
    yield* barrier.#condition.acquire();
    barrier.#change("broken");
    barrier.#condition.release();
  });

  /** Waits outside until those who leave have left. */
  *#block(): CoroutineGenerator<void> {
    yield* this.#condition.waitFor(() => this.#state !== "draining" && this.#state !== "resetting");
    if (this.broken) throw new BrokenBarrierError("Barrier aborted");
  }

  /** Waits inside until the last one comes. */
  *#fill(): CoroutineGenerator<void> {
    yield* this.#condition.waitFor(() => this.#state !== "filling");
    if (this.broken || this.#state === "resetting") throw new BrokenBarrierError("Abort or reset of barrier");
  }

  #change(state: State): void {
    this.#state = state;
    this.#condition.notifyAll();
  }

  /** One has left. The last opens the barrier again. */
  #exit(): void {
    if (this.#count > 0) return;
    if (this.#state === "resetting" || this.#state === "draining") this.#state = "filling";
    this.#condition.notifyAll();
  }
}
