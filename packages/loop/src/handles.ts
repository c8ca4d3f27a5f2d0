import type { Context, HandleContract, Runnable, TimerEntry, TimerHandleContract } from "@tsyncio/contract";
import { runCallback, withoutTask } from "./callbacks.js";
import type { Scheduler } from "./scheduler.js";

/** A callback that a loop will run (`asyncio.Handle`). Made by `callSoon`. */
export class Handle implements HandleContract, Runnable {
  /** What runs; `null` once cancelled. A `Runnable` is one of ours: it says itself when it wakes native code. */
  #work: (() => void) | Runnable | null;
  protected readonly scheduler: Scheduler;
  readonly #context: Context | null;
  /** Where it was made; known in debug mode. */
  readonly source: string | null;

  constructor(scheduler: Scheduler, work: (() => void) | Runnable, context: Context | null, source: string | null) {
    this.scheduler = scheduler;
    this.#work = work;
    this.#context = context;
    this.source = source;
  }

  /** Keeps the callback from running. Harmless when it has run. */
  cancel(): void {
    this.#work = null;
  }

  cancelled(): boolean {
    return this.#work === null;
  }

  /** The async context that the callback runs in, `null` where none was kept. */
  getContext(): Context | null {
    return withoutTask(this.scheduler.host, this.#context);
  }

  /** Called by the loop. */
  run(): void {
    const work = this.#work;
    if (work === null) return;
    if (typeof work !== "function") {
      work.run();
      return;
    }
    this.scheduler.wakesNative();
    runCallback(this.#context, work);
  }

  toString(): string {
    const work = this.#work;
    const what =
      work === null ? "cancelled" : typeof work === "function" ? `${work.name || "anonymous"}()` : String(work);
    return `<${this.constructor.name} ${what}${this.source === null ? "" : ` created at ${this.source}`}>`;
  }
}

/** A callback with a time (`asyncio.TimerHandle`). Made by `callLater` and `callAt`. */
export class TimerHandle extends Handle implements TimerHandleContract, TimerEntry {
  readonly #when: number;
  sequence = 0;
  scheduled = false;

  constructor(
    scheduler: Scheduler,
    when: number,
    work: (() => void) | Runnable,
    context: Context | null,
    source: string | null,
  ) {
    super(scheduler, work, context, source);
    this.#when = when;
  }

  /** When the callback is due, in seconds of the loop's clock. */
  when(): number {
    return this.#when;
  }

  override cancel(): void {
    if (this.cancelled()) return;
    super.cancel();
    this.scheduler.timerCancelled(this);
  }
}
