import { describe, type Host, ValueError } from "@tsyncio/contract";

/** The signal handlers of one loop. Each holds the process: someone waits for the signal. */
export class SignalHandlers {
  readonly #host: Host;
  readonly #removers = new Map<string, () => void>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** @throws `ValueError` for what is no signal, or can't be caught here. */
  add(signal: string, callback: () => void): void {
    checkSignal(signal);
    const stop = this.#host.onSignal(signal, callback);
    this.remove(signal);
    const release = this.#host.hold();
    this.#removers.set(signal, () => {
      stop();
      release();
    });
  }

  /** `false` when there was no handler. */
  remove(signal: string): boolean {
    checkSignal(signal);
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

function checkSignal(signal: string): void {
  if (typeof signal === "string" && /^SIG[A-Z0-9]+$/.test(signal)) return;
  throw new ValueError(`signal must be a name such as "SIGTERM", got ${describe(signal)}`);
}
