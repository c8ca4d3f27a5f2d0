import type { Host } from "@tsyncio/contract";

/** The signal handlers of one loop. Each holds the process: someone waits for the signal. */
export class SignalHandlers {
  readonly #host: Host;
  readonly #removers = new Map<string, () => void>();

  constructor(host: Host) {
    this.#host = host;
  }

  add(signal: string, callback: () => void): void {
    const stop = this.#host.onSignal(signal, callback);
    this.remove(signal);
    const release = this.#host.hold();
    this.#removers.set(signal, () => {
      stop();
      release();
    });
  }

  remove(signal: string): boolean {
    const remover = this.#removers.get(signal);
    if (remover === undefined) return false;
    this.#removers.delete(signal);
    remover();
    return true;
  }

  removeAll(): void {
    for (const signal of [...this.#removers.keys()]) this.remove(signal);
  }
}
