/**
 * What the pools take as a task's `AbortSignal`, an event emitter of one event: cheaper than a signal for each job. They end the worker
 * when it is emitted.
 */
export class JobAbort {
  #listener: (() => void) | null = null;
  /** Why it was aborted, or its worker ended, if it was no cancellation. */
  failure: unknown = null;

  once(_event: "abort", listener: () => void): this {
    this.#listener = listener;
    return this;
  }

  off(_event: "abort", _listener: () => void): this {
    this.#listener = null;
    return this;
  }

  removeListener(event: "abort", listener: () => void): this {
    return this.off(event, listener);
  }

  abort(): void {
    this.#listener?.();
  }

  /** No worker could be started for the task. */
  fail(error: unknown): void {
    this.failure = error;
    this.abort();
  }
}
