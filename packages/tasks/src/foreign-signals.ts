import { describe } from "@tsyncio/contract";

/** Who listens to each foreign signal. One listener on the signal for all of them: a long-lived signal would collect them by the thousand. */
const listeners = new WeakMap<AbortSignal, Fanout>();

/** Calls `fn` when `signal` is aborted; soon, if it is. Returns what ends that. */
export function onAbort(signal: AbortSignal, fn: () => void): () => void {
  if (typeof (signal as Partial<AbortSignal> | null)?.addEventListener !== "function") {
    throw new TypeError(`signal must be an AbortSignal, got ${describe(signal)}`);
  }
  if (signal.aborted) {
    fn();
    return () => {};
  }
  const waiting = listeners.get(signal) ?? listen(signal);
  // A wrapper: the same function given twice is two entries.
  const entry = () => fn();
  waiting.add(entry);
  return () => waiting.delete(entry);
}

function listen(signal: AbortSignal): Fanout {
  const waiting = new Fanout(signal);
  listeners.set(signal, waiting);
  return waiting;
}

/** Those who listen to one signal. Takes its listener off the signal when the last has left. */
class Fanout {
  readonly #signal: AbortSignal;
  readonly #entries = new Set<() => void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#fire, { once: true });
  }

  add(entry: () => void): void {
    this.#entries.add(entry);
  }

  delete(entry: () => void): void {
    if (!this.#entries.delete(entry) || this.#entries.size > 0) return;
    this.#signal.removeEventListener("abort", this.#fire);
    listeners.delete(this.#signal);
  }

  readonly #fire = (): void => {
    const entries = [...this.#entries];
    this.#entries.clear();
    for (const entry of entries) entry();
  };
}
