import type { Runnable } from "@tsyncio/contract";

/**
 * Debug mode's eye on callbacks that block the loop. The time of a callback goes on while the native code runs that it
 * woke, until the loop has its thread back: so an async function is measured from one `await` to the next.
 */
export class SlowCallbacks {
  /** In seconds (`loop.slow_callback_duration`). */
  limit = 0.1;
  readonly #warn: (message: string) => void;
  #current: Runnable | null = null;
  #started = 0;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  starts(runnable: Runnable): void {
    this.#current = runnable;
    this.#started = performance.now();
  }

  /** The callback returned, and so did the native code that it woke, if any was waited for. */
  check(): void {
    if (this.#current === null) return;
    const took = (performance.now() - this.#started) / 1000;
    if (took < this.limit) return;
    this.#warn(`Executing ${this.#current} took ${took.toFixed(3)} seconds`);
    this.#current = null;
  }

  /** What runs from now on is not the callback's doing. */
  forget(): void {
    this.#current = null;
  }
}
