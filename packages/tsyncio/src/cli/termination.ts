/**
 * SIGTERM, for a program that doesn't listen to it itself: the first one cancels main, the second ends the process. Does not hold
 * the process.
 */
export class Termination {
  readonly #controller = new AbortController();

  /** Aborted by the first SIGTERM. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  listen(): void {
    process.on("SIGTERM", this.#terminate);
  }

  stop(): void {
    process.off("SIGTERM", this.#terminate);
  }

  readonly #terminate = (): void => {
    if (process.listenerCount("SIGTERM") > 1) return;
    if (this.signal.aborted) process.exit(143);
    this.#controller.abort("SIGTERM");
  };
}
