import type { Host, TaskContract } from "@tsyncio/contract";

/** The exit code of a process that a signal ended: 128 and the signal's number. */
const EXIT_CODES: Readonly<Record<string, number>> = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 };

/** The exit code for a program that ended because of `signal`. */
export function exitCodeOf(signal: string): number {
  return EXIT_CODES[signal] ?? 130;
}

/**
 * What a `run` does about signals: the first one cancels main, so that it can clean up; the second ends the process at once.
 */
export class Interrupts {
  /** The signal that came, `null` when none did. */
  signal: string | null = null;
  readonly #stops: (() => void)[] = [];

  /** @param signals - `null`: SIGINT, unless someone listens already, and without holding the process */
  constructor(host: Host, main: TaskContract, signals: readonly string[] | null) {
    const asked = signals ?? (host.signalListeners("SIGINT") === 0 ? ["SIGINT"] : []);
    for (const signal of asked) {
      this.#stops.push(
        host.onSignal(signal, () => {
          // The program has come to listen itself, and means it: as asyncio's add_signal_handler takes the place of run's.
          if (signals === null && host.signalListeners(signal) > 1) return;
          if (this.signal !== null || main.done()) host.exit(exitCodeOf(signal));
          this.signal = signal;
          main.cancel();
        }),
      );
    }
    if (signals !== null && signals.length > 0) this.#stops.push(host.hold());
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }
}
