/// <reference lib="esnext.disposable" preserve="true" />
import {
  CancelledError,
  type Context,
  checkOptionNames,
  DeadlockError,
  describe,
  KeyboardInterrupt,
  type LoopContract,
  type OptionNames,
  RuntimeError,
  runningLoop,
  type Startable,
  SystemExit,
  type TaskContract,
  ValueError,
} from "@tsyncio/contract";
import { failureOf } from "@tsyncio/futures";
import { newEventLoop } from "@tsyncio/loop";
import { bareCell, gather, onAbort, runInCell } from "@tsyncio/tasks";
import { exitCodeOf, Interrupts } from "./interrupts.js";

/** How a program is run. */
export interface RunOptions {
  /** Debug mode; left out: as the environment variable `TSYNCIO_DEBUG` says. */
  debug?: boolean | undefined;
  /** Makes the loop; left out: `newEventLoop()`. */
  loopFactory?: (() => LoopContract) | undefined;
  /**
   * The signals that cancel main, for servers `["SIGINT", "SIGTERM"]`: the program then holds the process. Left out: SIGINT, unless
   * someone listens to it already. A second signal ends the process at once.
   */
  signals?: readonly string[] | undefined;
  /** Cancels main when it is aborted. */
  signal?: AbortSignal | undefined;
  /** The async context that main runs in; left out: that of the caller. */
  context?: Context | undefined;
}

const OPTIONS: OptionNames<RunOptions> = {
  debug: true,
  loopFactory: true,
  signals: true,
  signal: true,
  context: true,
};

/** How long the default executor may take to end, in seconds: as in asyncio. */
const EXECUTOR_TIMEOUT = 300;

/**
 * A loop of its own to run several programs on, one after the other (`asyncio.Runner`). Close it when done:
 * `await using runner = new Runner()`.
 */
export class Runner {
  readonly #options: RunOptions;
  #loop: LoopContract | null = null;
  #closed = false;

  constructor(options: RunOptions = {}) {
    const { signals, signal, loopFactory } = checkOptionNames("run()", options, OPTIONS);
    if (signals !== undefined && !Array.isArray(signals)) {
      throw new TypeError(`signals must be an array of names such as ["SIGINT", "SIGTERM"], got ${describe(signals)}`);
    }
    for (const name of signals ?? []) {
      if (!/^SIG[A-Z0-9]+$/.test(name))
        throw new ValueError(`signals must be names such as "SIGTERM", got ${describe(name)}`);
    }
    if (loopFactory !== undefined && typeof loopFactory !== "function") {
      throw new TypeError(`loopFactory must be a function, got ${describe(loopFactory)}`);
    }
    // Only to have a bad one refused here.
    if (signal !== undefined) onAbort(signal, () => {})();
    this.#options = options;
  }

  /** The loop, made on first use. */
  getLoop(): LoopContract {
    if (this.#closed) throw new RuntimeError("Runner is closed");
    if (this.#loop === null) {
      this.#loop = (this.#options.loopFactory ?? newEventLoop)();
      if (this.#options.debug !== undefined) this.#loop.setDebug(this.#options.debug);
    }
    return this.#loop;
  }

  /**
   * Runs `main` to its end: a coroutine, or a function that returns an awaitable.
   * @throws what main throws; `KeyboardInterrupt` after SIGINT, `SystemExit` after another of `signals`; `DeadlockError` when nothing can wake
   * the program any more; `RuntimeError` inside a running loop.
   */
  async run<T>(main: Startable<T>): Promise<T> {
    if (runningLoop() !== null) throw new RuntimeError("Runner.run() cannot be called from a running event loop");
    const loop = this.getLoop();
    const { context, signal } = this.#options;
    const make = () => loop.createTask<T>(main, context === undefined ? {} : { context });
    const task = runInCell(bareCell(loop), loop, make);
    const stopListening = signal === undefined ? null : onAbort(signal, () => task.cancel(signal.reason));
    const interrupts = new Interrupts(loop.host, task as TaskContract, this.#options.signals ?? null);
    try {
      return await loop.runUntilComplete(task);
    } catch (error) {
      if (error instanceof DeadlockError && !task.done()) await endDeadlocked(loop, task as TaskContract);
      if (error instanceof CancelledError && interrupts.signal !== null && task.uncancel() === 0) {
        throw interruption(interrupts.signal);
      }
      throw error;
    } finally {
      interrupts.stop();
      stopListening?.();
    }
  }

  /**
   * Cancels the tasks that are left and waits for them, reports their errors, ends async generators and the default executor, and closes
   * the loop. Harmless the second time.
   */
  async close(): Promise<void> {
    const loop = this.#loop;
    this.#closed = true;
    this.#loop = null;
    if (loop === null) return;
    try {
      await cancelAllTasks(loop);
      await loop.shutdownAsyncgens();
      await loop.shutdownDefaultExecutor(EXECUTOR_TIMEOUT);
    } finally {
      loop.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What main's cancellation by a signal is for the caller. */
function interruption(signal: string): Error {
  return signal === "SIGINT" ? new KeyboardInterrupt() : new SystemExit(exitCodeOf(signal));
}

/** Lets main clean up before its deadlock is told. A clean-up that can't end either is left. */
async function endDeadlocked(loop: LoopContract, task: TaskContract): Promise<void> {
  task.cancel();
  await loop.runUntilComplete(task).catch(() => {});
}

async function cancelAllTasks(loop: LoopContract): Promise<void> {
  const left = [...loop.tasks];
  if (left.length === 0) return;
  for (const task of left) task.cancel();
  await loop.runUntilComplete(gather(left, { returnExceptions: true }));
  for (const task of left) {
    const failure = task.cancelled() ? null : failureOf(task);
    if (failure === null) continue;
    const message = "unhandled exception during asyncio.run() shutdown";
    loop.callExceptionHandler({ message, exception: failure.error, task });
  }
}
