import {
  type CallbackOptions,
  type Context,
  type Delay,
  describe,
  type ForeignWork,
  type Host,
  type IdleLoop,
  isFatal,
  type LoopContract,
  type Runnable,
  RuntimeError,
  registry,
  type TaskRegister,
  type TimerEntry,
  ValueError,
} from "@tsyncio/contract";
import { callbackContext, checkCallback } from "./callbacks.js";
import { callerLocation } from "./caller-location.js";
import { Handle, TimerHandle } from "./handles.js";
import type { ReadyOrder } from "./ready-queue.js";
import { secondsOf } from "./seconds.js";
import { SlowCallbacks } from "./slow-callbacks.js";
import { TaskList } from "./task-list.js";
import { TimerHeap } from "./timer-heap.js";

/** How long callbacks run back to back before I/O gets its turn, in milliseconds of real time. */
const SLICE = 2;

/**
 * The turns of a loop.
 *
 *   PARKED ──enqueue, alarm──▶ WOKEN ──host──▶ PUMPING ──nothing ready──▶ PARKED
 *                                 ▲               │
 *                                 └── drain, I/O ─┘
 *
 * PARKED: nothing is ready, or the loop may not run. WOKEN: the host will call `#pump`, once. PUMPING: `#pump` is on the stack.
 * Invariant: a loop that may run and has something ready is WOKEN or PUMPING.
 */
const PARKED = 0;
const WOKEN = 1;
const PUMPING = 2;

export abstract class Scheduler implements IdleLoop {
  readonly host: Host;
  /** The tasks that have not ended, in the order of their creation. Kept by the task package. */
  readonly tasks: TaskRegister = new TaskList();
  readonly foreignWork: Set<ForeignWork> = new Set();
  protected debug = false;
  protected readonly slow: SlowCallbacks;
  readonly #ready: ReadyOrder;
  readonly #timers = new TimerHeap();
  readonly #exact: boolean;
  #state = PARKED;
  /** How many callbacks of the current turn are still to run. */
  #left = 0;
  /** Whether a turn has begun and not ended: it ends when its callbacks have run, and the native code that they woke. */
  #inTurn = false;
  /** Whether a callback of this turn may have woken native code that has not run yet. */
  #native = false;
  #sequence = 0;
  #sliceEnd = 0;
  /** Counts callbacks: the clock is looked at every 16. */
  #callbacks = 0;
  #closed = false;

  protected constructor(host: Host, exact: boolean, ready: ReadyOrder) {
    this.host = host;
    this.#ready = ready;
    this.#exact = exact;
    this.#drain = host.drainer(this.#pump);
    this.slow = new SlowCallbacks((message) => this.host.log("warn", message));
  }

  /** Whether the host may run turns now. */
  protected abstract mayRun(): boolean;
  /** Called at the end of each turn; `false` ends the run. */
  protected abstract turnEnded(): boolean;
  /** A callback threw. */
  protected abstract callbackFailed(runnable: Runnable, error: unknown): void;
  /** Ends the run with an error; what is ready stays so. */
  protected abstract endRun(error: unknown): void;
  protected abstract asContract(): LoopContract;
  abstract isAwaited(): boolean;
  abstract deadlock(): void;
  abstract fail(error: unknown): void;

  /** Now, in seconds of the loop's own clock, which never goes back (`loop.time`). */
  time(): number {
    return this.host.now();
  }

  isClosed(): boolean {
    return this.#closed;
  }

  /** Whether a callback of this loop is on the stack. */
  protected isPumping(): boolean {
    return this.#state === PUMPING;
  }

  /**
   * Runs `callback` in the next turn, after what is ready already (`loop.call_soon`).
   * @throws `TypeError` when it is no function, `RuntimeError` when the loop is closed.
   */
  callSoon(callback: () => void, options?: CallbackOptions): Handle {
    this.checkClosed();
    checkCallback("callSoon", callback);
    const handle = new Handle(this, callback, callbackContext(this.host, options), this.#source());
    this.enqueue(handle);
    return handle;
  }

  /** Runs `callback` once, `delay` from now: seconds, or a string such as `"250ms"` (`loop.call_later`). */
  callLater(delay: Delay, callback: () => void, options?: CallbackOptions): TimerHandle {
    this.checkClosed();
    const when = this.time() + secondsOf(delay, this.asContract());
    checkCallback("callLater", callback);
    return this.#newTimer(when, callback, callbackContext(this.host, options));
  }

  /** Runs `callback` once at `when`, in seconds of {@link time} (`loop.call_at`). */
  callAt(when: number, callback: () => void, options?: CallbackOptions): TimerHandle {
    this.checkClosed();
    if (typeof when !== "number") {
      throw new TypeError(`when must be a number of seconds of loop.time(), got ${describe(when)}`);
    }
    if (Number.isNaN(when)) throw new ValueError("Invalid when: NaN (not a number)");
    checkCallback("callAt", callback);
    return this.#newTimer(when, callback, callbackContext(this.host, options));
  }

  enqueueAt(when: number, runnable: Runnable): TimerHandle {
    return this.#newTimer(when, runnable, null);
  }

  addTimer(timer: TimerEntry): void {
    this.checkClosed();
    timer.sequence = this.#sequence++;
    this.#timers.push(timer);
    if (this.#state === PARKED && this.mayRun()) this.#park();
  }

  enqueue(runnable: Runnable): void {
    if (this.#closed) return;
    this.#ready.push(runnable);
    if (this.#state === PARKED) this.schedule();
  }

  wakesNative(): void {
    this.#native = true;
  }

  abort(error: unknown): void {
    if (this.#state === PUMPING) this.#state = PARKED;
    this.#native = false;
    this.#inTurn = false;
    this.#left = 0;
    this.endRun(error);
    // A loop that the host pumps goes on.
    this.schedule();
  }

  timerCancelled(timer: TimerEntry): void {
    if (!timer.scheduled) return;
    this.#timers.noteCancelled();
    // In a turn this comes by itself; else the host would hold the process for a timer that is no more.
    if (this.#state === PARKED && this.mayRun()) this.#park();
  }

  /** The host's alarm rang. */
  wake(): void {
    if (this.#state === PARKED && this.mayRun()) this.#startSlice();
  }

  foreignWaits(): readonly string[] {
    const names: string[] = [];
    for (const work of this.foreignWork) {
      const name = work.foreignWait();
      if (name !== null) names.push(name);
    }
    return names;
  }

  /** Makes the host run the turns, if there is anything to run and the loop may. */
  protected schedule(): void {
    if (this.#state !== PARKED || !this.mayRun()) return;
    this.#state = WOKEN;
    this.host.unpark(this);
    if (registry.runningLoop === this.asContract()) {
      // Woken by a callback of I/O. There may be more of these, and all that they wake runs in one turn, as it does after asyncio's `select`: that is
      // cheaper than a turn for each.
      this.host.afterIo(this.#startSlice);
      return;
    }
    // In the slice that was begun last, if that is not over: native promises that wake it again and again would starve I/O.
    this.host.afterMicrotasks(this.#pump);
  }

  /** Has the end of a turn come even when nothing is ready. */
  protected nudge(): void {
    if (!this.#inTurn && this.#ready.size === 0) this.enqueue(NOTHING);
  }

  protected checkClosed(): void {
    if (this.#closed) throw new RuntimeError("Event loop is closed");
  }

  protected dispose(): void {
    this.#closed = true;
    this.#ready.clear();
    this.#timers.clear();
    this.#left = 0;
    this.host.forget(this);
  }

  #newTimer(when: number, work: (() => void) | Runnable, context: Context | null): TimerHandle {
    const timer = new TimerHandle(this, when, work, context, this.#source());
    this.addTimer(timer);
    return timer;
  }

  #source(): string | null {
    return this.debug ? callerLocation() : null;
  }

  readonly #startSlice = (): void => {
    this.#sliceEnd = performance.now() + SLICE;
    this.#pump();
  };

  /** Has the turn go on when native code has run. */
  readonly #drain: () => void;

  /** Runs turns until nothing is ready, native code must run, or the slice is used up. */
  readonly #pump = (): void => {
    if (!this.mayRun()) {
      this.#state = PARKED;
      return;
    }
    const outer = registry.runningLoop;
    registry.runningLoop = this.asContract();
    this.#state = PUMPING;
    if (this.debug) this.slow.check();
    try {
      this.#turns();
    } catch (error) {
      this.abort(error);
    } finally {
      registry.runningLoop = outer;
    }
  };

  #turns(): void {
    const ready = this.#ready;
    for (;;) {
      if (this.#left === 0) {
        if (this.#inTurn && !this.#endTurn()) return;
        this.#dueTimers();
        this.#left = ready.size;
        if (this.#left === 0) {
          this.#park();
          return;
        }
        this.#inTurn = true;
      }
      const runnable = ready.shift();
      this.#left--;
      this.#runOne(runnable);
      // The callback may have ended the run, by abort().
      if (this.#state !== PUMPING) return;
      const sliceUsed = (++this.#callbacks & 15) === 0 && performance.now() > this.#sliceEnd;
      if (sliceUsed) {
        this.#native = false;
        this.#yieldToIo();
        return;
      }
      if (this.#native && (this.#exact || this.#left === 0)) {
        this.#native = false;
        this.#state = WOKEN;
        this.#drain();
        return;
      }
    }
  }

  #runOne(runnable: Runnable): void {
    if (this.debug) this.slow.starts(runnable);
    try {
      runnable.run();
    } catch (error) {
      if (isFatal(error)) throw error;
      this.callbackFailed(runnable, error);
    }
    if (this.debug) this.slow.check();
  }

  /** `false` when the run is over. */
  #endTurn(): boolean {
    this.#inTurn = false;
    if (this.turnEnded()) return true;
    this.#state = PARKED;
    return false;
  }

  #dueTimers(): void {
    let timer = this.#timers.peek();
    if (timer === undefined) return;
    const now = this.time();
    while (timer !== undefined && timer.when() <= now) {
      this.#timers.pop();
      this.#ready.push(timer);
      timer = this.#timers.peek();
    }
  }

  #yieldToIo(): void {
    this.slow.forget();
    this.#state = WOKEN;
    this.host.afterIo(this.#startSlice);
  }

  #park(): void {
    this.slow.forget();
    this.#state = PARKED;
    this.#ready.trim();
    this.host.park(this, this.#timers.peek()?.when() ?? null);
  }
}

const NOTHING: Runnable = { run() {} };
