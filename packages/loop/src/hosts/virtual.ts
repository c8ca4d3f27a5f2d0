import {
  type Context,
  type ContextStorage,
  type Delay,
  describe,
  type Host,
  type IdleLoop,
  parseDelay,
  RuntimeError,
  ValueError,
} from "@tsyncio/contract";
import { detectHost } from "./detect.js";

/** How a virtual clock behaves. */
export interface VirtualOptions {
  /**
   * What happens when nothing is ready, and an async function waits for something the loop knows nothing of (a foreign promise, real
   * I/O): `"wait"` gives the real host its turns until that is over, or `foreignGrace` of real time has passed; `"error"` fails and
   * names who waits. Default `"wait"`.
   */
  foreign?: "wait" | "error" | undefined;
  /** How long foreign work is waited for before the clock jumps all the same, in real time (default `"1s"`). */
  foreignGrace?: Delay | undefined;
}

/** How long the clock jumps on before I/O of the real host gets its turn, in milliseconds of real time. */
const SLICE = 2;

/** As how long a round of the real host counts at most while foreign work is waited for, in milliseconds. */
const LONGEST_ROUND = 10;

/**
 * A host whose clock starts at 0 and jumps to the next timer as soon as nothing is ready. All else is the real host's: microtasks,
 * async context, I/O; so what is tested is what runs. Loops that share it share the clock: it jumps when all of them are idle.
 */
export class VirtualHost implements Host {
  readonly name = "virtual";
  readonly virtual = true;
  readonly #real: Host = detectHost();
  readonly #foreign: "wait" | "error";
  readonly #grace: number;
  #now = 0;
  /** The loops that have nothing ready, and their next deadlines. */
  readonly #parked = new Map<IdleLoop, number>();
  /** Who wants to be told when nothing can run before the clock is moved. */
  readonly #idle = new Set<() => void>();
  /** The loops that have something ready. */
  readonly #busy = new Set<IdleLoop>();
  /** Whether a look at the loops is due. */
  #looking = false;
  /** For how long foreign work was waited for, and when a look found that last, in milliseconds of real time; `null` since a loop did something. */
  #waited: { time: number; until: number } | null = null;
  #nextIo = 0;

  constructor(options: VirtualOptions = {}) {
    this.#foreign = options.foreign ?? "wait";
    if (this.#foreign !== "wait" && this.#foreign !== "error") {
      throw new ValueError(`foreign must be "wait" or "error", got ${describe(options.foreign)}`);
    }
    this.#grace = parseDelay(options.foreignGrace ?? "1s", "foreignGrace");
  }

  now(): number {
    return this.#now;
  }

  /** Moves the clock without running anything, as a callback does that blocks the loop. */
  advance(delay: Delay): void {
    const seconds = parseDelay(delay);
    if (seconds < 0 || seconds === Number.POSITIVE_INFINITY) {
      throw new ValueError(`delay must be finite and not negative, got ${delay}`);
    }
    this.#now += seconds;
  }

  /**
   * Calls `fn` once, when nothing can run any more unless the clock jumps (or a deadlock is told): it may make something ready. Returns
   * what takes that back.
   */
  whenIdle(fn: () => void): () => void {
    // A wrapper: the same function given twice is two entries.
    const entry = () => fn();
    this.#idle.add(entry);
    return () => this.#idle.delete(entry);
  }

  park(loop: IdleLoop, deadline: number | null): void {
    this.#busy.delete(loop);
    this.#parked.set(loop, deadline ?? Number.POSITIVE_INFINITY);
    this.#waited = null;
    this.#lookSoon();
  }

  unpark(loop: IdleLoop): void {
    this.#parked.delete(loop);
    this.#busy.add(loop);
  }

  forget(loop: IdleLoop): void {
    this.#parked.delete(loop);
    this.#busy.delete(loop);
    // It may have been the one that the others waited for.
    this.#lookSoon();
  }

  #lookSoon(): void {
    if (this.#looking || this.#parked.size === 0) return;
    this.#looking = true;
    // Native code that was woken by others than a loop runs first.
    this.#real.afterMicrotasks(this.#look);
  }

  /** Jumps to the next deadline, unless something may still happen before. */
  readonly #look = (): void => {
    this.#looking = false;
    if (this.#busy.size > 0 || this.#parked.size === 0) return;
    const now = performance.now();
    const waits = [...this.#parked.keys()].flatMap((loop) => loop.foreignWaits());
    const mayWait = waits.length > 0 && this.#waitedUntil(now) < this.#grace * 1000;
    if (mayWait && this.#foreign === "error") this.#failForeign(waits);
    else if (mayWait || now > this.#nextIo) {
      this.#looking = true;
      this.#real.afterIo(this.#lookAfterIo);
    } else if (this.#idle.size > 0) this.#tellIdle();
    else this.#jump();
  };

  /** A process that was stopped, or did not get its share of the machine, has not waited: what came meanwhile is seen first. */
  #waitedUntil(now: number): number {
    this.#waited ??= { time: 0, until: now };
    this.#waited.time += Math.min(now - this.#waited.until, LONGEST_ROUND);
    this.#waited.until = now;
    return this.#waited.time;
  }

  readonly #lookAfterIo = (): void => {
    this.#nextIo = performance.now() + SLICE;
    this.#look();
  };

  #tellIdle(): void {
    const waiting = [...this.#idle];
    this.#idle.clear();
    for (const fn of waiting) fn();
    this.#lookSoon();
  }

  #failForeign(waits: string[]): void {
    const error = new RuntimeError(`a virtual clock can't wait for foreign promises; who waits: ${waits.join(", ")}`);
    for (const loop of [...this.#parked.keys()]) if (loop.foreignWaits().length > 0) loop.fail(error);
  }

  #jump(): void {
    const loops = [...this.#parked.keys()];
    const deadline = Math.min(...this.#parked.values());
    if (deadline === Number.POSITIVE_INFINITY) {
      for (const loop of loops) if (loop.isAwaited()) loop.deadlock();
      return;
    }
    this.#now = Math.max(this.#now, deadline);
    for (const loop of loops) {
      if (this.#parked.get(loop) !== deadline) continue;
      this.unpark(loop);
      loop.wake();
    }
  }

  afterMicrotasks(fn: () => void): void {
    this.#real.afterMicrotasks(fn);
  }
  drainer(fn: () => void): () => void {
    return this.#real.drainer(fn);
  }
  afterIo(fn: () => void): void {
    this.#real.afterIo(fn);
  }
  afterRealTime(seconds: number, fn: () => void, hold?: boolean): () => void {
    return this.#real.afterRealTime(seconds, fn, hold);
  }
  beforeEnd(fn: () => void): () => void {
    return this.#real.beforeEnd(fn);
  }
  hold(): () => void {
    return this.#real.hold();
  }
  onSignal(signal: string, fn: () => void): () => void {
    return this.#real.onSignal(signal, fn);
  }
  signalListeners(signal: string): number {
    return this.#real.signalListeners(signal);
  }
  exit(code: number): void {
    this.#real.exit(code);
  }
  captureContext(): Context | null {
    return this.#real.captureContext();
  }
  callbackKind(): string | null {
    return this.#real.callbackKind();
  }
  createStorage<T>(): ContextStorage<T> | null {
    return this.#real.createStorage();
  }
  createAbortController(): AbortController {
    return this.#real.createAbortController();
  }
  reportUnhandled(error: unknown): void {
    this.#real.reportUnhandled(error);
  }
  log(level: "warn" | "error", message: string, error?: unknown): void {
    this.#real.log(level, message, error);
  }
}
