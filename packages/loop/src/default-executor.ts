import {
  type Delay,
  describe,
  type Executor,
  filled,
  type Host,
  parseDelay,
  RuntimeError,
  registry,
} from "@tsyncio/contract";

/** What `runInExecutor(null, …)` of one loop runs on: the executor that was set, or one that is made when it is needed. */
export class DefaultExecutor {
  readonly #host: Host;
  #executor: Executor | null = null;
  #isShutDown = false;

  constructor(host: Host) {
    this.#host = host;
  }

  get(): Executor {
    if (this.#isShutDown) throw new RuntimeError("Executor shutdown has been called");
    this.#executor ??= filled(registry.defaultExecutor, "an executor", "@tsyncio/executors")();
    return this.#executor;
  }

  set(executor: Executor): void {
    checkExecutor(executor);
    this.#executor = executor;
  }

  /** Ends the executor when its work is done; after `timeout` at the latest, with a warning. */
  async shutdown(timeout: Delay | null): Promise<void> {
    const seconds = timeout === null ? null : parseDelay(timeout, "timeout");
    const executor = this.#take();
    if (executor === null) return;
    const ended = Promise.resolve(executor.shutdown({ wait: true }));
    if (seconds === null) return ended;
    let cancel = () => {};
    const late = new Promise<"late">((resolve) => {
      cancel = this.#host.afterRealTime(seconds, () => resolve("late"));
    });
    try {
      if ((await Promise.race([ended, late])) !== "late") return;
    } finally {
      cancel();
    }
    this.#host.log("warn", `The executor did not finishing joining its threads within ${seconds} seconds.`);
    await executor.shutdown({ wait: false, cancelFutures: true });
  }

  /** Ends the executor without waiting for its work. */
  async abandon(): Promise<void> {
    await this.#take()?.shutdown({ wait: false });
  }

  #take(): Executor | null {
    const executor = this.#executor;
    this.#executor = null;
    this.#isShutDown = true;
    return executor;
  }
}

/** @throws `TypeError` when `executor` can't run anything. */
export function checkExecutor(executor: Executor): void {
  if (typeof (executor as Partial<Executor> | null | undefined)?.submit === "function") return;
  throw new TypeError(`executor must have a submit() method, got ${describe(executor)}`);
}
