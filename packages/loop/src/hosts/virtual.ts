import type { Context, ContextStorage, Host, IdleLoop } from "@tsyncio/contract";
import { type Delay, parseDelay, RuntimeError, ValueError } from "@tsyncio/contract";
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

/**
 * A host whose clock starts at 0 and jumps to the next timer as soon as nothing is ready. All else is the real host's: microtasks,
 * async context, I/O; so what is tested is what runs.
 */
export class VirtualHost implements Host {
  readonly name = "virtual";
  readonly virtual = true;
  readonly #real: Host = detectHost();
  readonly #foreign: "wait" | "error";
  readonly #grace: number;
  #now = 0;
  /** The park call that counts for each loop: an older one that comes up later does nothing. */
  readonly #parked = new Map<IdleLoop, object>();

  constructor(options: VirtualOptions = {}) {
    this.#foreign = options.foreign ?? "wait";
    if (this.#foreign !== "wait" && this.#foreign !== "error") {
      throw new ValueError(`foreign must be "wait" or "error", got ${String(options.foreign)}`);
    }
    this.#grace = parseDelay(options.foreignGrace ?? "1s", "foreignGrace");
  }

  now(): number {
    return this.#now;
  }

  /** Moves the clock without running anything, as a callback does that blocks the loop. */
  advance(delay: Delay): void {
    const seconds = parseDelay(delay);
    if (seconds < 0) throw new ValueError(`delay must not be negative, got ${delay}`);
    this.#now += seconds;
  }

  park(loop: IdleLoop, deadline: number | null): void {
    const call = {};
    this.#parked.set(loop, call);
    const isCurrent = () => this.#parked.get(loop) === call;
    // Native code that was woken by others than the loop runs first.
    this.#real.afterMicrotasks(() => {
      if (isCurrent()) this.#jumpWhenQuiet(loop, deadline, isCurrent);
    });
  }

  unpark(loop: IdleLoop): void {
    this.#parked.delete(loop);
  }

  forget(loop: IdleLoop): void {
    this.#parked.delete(loop);
  }

  #jumpWhenQuiet(loop: IdleLoop, deadline: number | null, isCurrent: () => boolean): void {
    const end = performance.now() + this.#grace * 1000;
    const look = () => {
      if (!isCurrent()) return;
      const waits = loop.foreignWaits();
      if (waits.length === 0 || performance.now() > end) this.#jump(loop, deadline);
      else if (this.#foreign === "error") {
        loop.fail(new RuntimeError(`a virtual clock can't wait for foreign promises; who waits: ${waits.join(", ")}`));
      } else this.#real.afterIo(look);
    };
    look();
  }

  #jump(loop: IdleLoop, deadline: number | null): void {
    this.#parked.delete(loop);
    if (deadline === null || deadline === Number.POSITIVE_INFINITY) {
      if (loop.isAwaited()) loop.deadlock();
      return;
    }
    this.#now = Math.max(this.#now, deadline);
    loop.wake();
  }

  afterMicrotasks(fn: () => void): void {
    this.#real.afterMicrotasks(fn);
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
  reportUnhandled(error: unknown): void {
    this.#real.reportUnhandled(error);
  }
  log(level: "warn" | "error", message: string, error?: unknown): void {
    this.#real.log(level, message, error);
  }
}
