import {
  checkOptionNames,
  type Delay,
  type ExceptionContext,
  type LoopContract,
  type OptionNames,
  parseDelay,
  RuntimeError,
  runningLoop,
  type Startable,
  TimeoutError,
} from "@tsyncio/contract";
import type { LoopOptions } from "@tsyncio/loop";
import { newVirtualLoop, type VirtualOptions } from "@tsyncio/loop/virtual";
import { bareCell, onAbort, runInCell } from "@tsyncio/tasks";
import { conclude, reportError } from "./run-to-end.js";
import { describeWaits } from "./waits.js";

/** How {@link runVirtual} runs. */
export interface VirtualRunOptions extends VirtualOptions, Omit<LoopOptions, "host" | "ready"> {
  /** Cancels the body when it is aborted: the signal that a test framework gives its test. */
  signal?: AbortSignal | undefined;
  /**
   * How long all of it may take, in **real** time; then it fails with a `TimeoutError` that says which task waits for what. Left out or
   * `null`: as long as it likes.
   */
  realTimeLimit?: Delay | null | undefined;
}

const OPTIONS: OptionNames<VirtualRunOptions> = {
  signal: true,
  realTimeLimit: true,
  foreign: true,
  foreignGrace: true,
  debug: true,
  exact: true,
  exceptionHandler: true,
  unreadErrorsAfter: true,
  abandonAfter: true,
};

/** How long, in real time, clean-up may take that follows on a passed limit. */
const LAST_WORDS = 0.1;

/**
 * Runs `body` to its end on a loop of its own, whose clock starts at 0 and jumps to the next timer as soon as nothing is ready: an hour of
 * sleeps, timeouts and retries takes milliseconds, and every run gives the same times.
 *
 * Foreign promises and real I/O are waited for before the clock jumps, as long as an async function, or `fromPromise`, waits for them, and
 * for `foreignGrace` of real time at most (default `"1s"`; `foreign: "error"` refuses them instead). What host code does that nobody waits
 * for (a `setTimeout` with a callback, a socket's events) can't be known: the clock does not wait for that.
 *
 * At the end what is left is cancelled and waited for, as `run` does.
 * @param body - a coroutine, or a function that returns an awaitable
 * @throws what `body` throws; `DeadlockError` when nothing can wake it any more, which says which task waits for what; without an
 * `exceptionHandler` of your own, `RuntimeError` for what the loop would tell that (an error that nobody read)
 */
export async function runVirtual<T>(body: Startable<T>, options: VirtualRunOptions = {}): Promise<T> {
  if (runningLoop() !== null) throw new RuntimeError("runVirtual() cannot be called from a running event loop");
  const { signal, realTimeLimit = null, ...ofLoop } = checkOptionNames("runVirtual()", options, OPTIONS);
  const limit = realTimeLimit === null ? null : parseDelay(realTimeLimit, "realTimeLimit");
  const reports: ExceptionContext[] = [];
  const { exceptionHandler = (_: LoopContract, context: ExceptionContext) => reports.push(context) } = options;
  const loop = newVirtualLoop({ ...ofLoop, exceptionHandler });
  const stopLimit = limit === null ? null : limitRealTime(loop, limit);
  let result: T;
  try {
    const task = runInCell(bareCell(loop), loop, () => loop.createTask<T>(body));
    const stopListening = signal === undefined ? null : onAbort(signal, () => task.cancel(signal.reason));
    try {
      result = await loop.runUntilComplete(task);
    } finally {
      stopListening?.();
    }
    await conclude(loop);
  } catch (error) {
    // What is told is how it went wrong first.
    const stopWords = limitRealTime(loop, LAST_WORDS);
    await conclude(loop).catch(() => {});
    stopWords();
    throw error;
  } finally {
    stopLimit?.();
  }
  const [report] = reports;
  if (report !== undefined) throw reportError(report);
  return result;
}

/** Has `loop` fail after so many seconds of real time. */
function limitRealTime(loop: LoopContract & { fail(error: unknown): void }, seconds: number): () => void {
  const hang = () => {
    const waits = describeWaits(loop).map((wait) => `\n  ${wait}`);
    const message = `still running after ${Number(seconds.toPrecision(3))} s of real time, at ${loop.time()} s of the virtual clock`;
    loop.fail(new TimeoutError(`${message}:${waits.join("")}`));
  };
  return loop.host.afterRealTime(seconds, hang, true);
}
