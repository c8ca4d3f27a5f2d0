import { resolve } from "node:path";
import { CancelledError, DeadlockError, KeyboardInterrupt, SystemExit } from "@tsyncio/contract";
import { run } from "@tsyncio/runner";
import { formatError } from "./error-report.js";
import { loadMain } from "./load-main.js";
import { Termination } from "./termination.js";
import { UsageError } from "./usage-error.js";

/**
 * Runs the program in `file` to its end.
 * @returns the exit code; `null` when main has returned, and the process ends once nothing in it has anything left to do
 * @throws {@link UsageError} when there is no program in the file
 */
export async function runFile(file: string, args: readonly string[], debug: boolean): Promise<number | null> {
  process.argv.splice(1, Number.POSITIVE_INFINITY, resolve(file), ...args);
  // For every loop of the program, and for the processes that it starts.
  if (debug) process.env.TSYNCIO_DEBUG = "1";
  const termination = new Termination();
  try {
    const main = await loadMain(file);
    termination.listen();
    await run(main, { signal: termination.signal });
    return null;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof KeyboardInterrupt) return 130;
    if (error instanceof CancelledError && termination.signal.aborted) return 143;
    if (error instanceof SystemExit) return exit(error);
    console.error(report(error));
    return 1;
  } finally {
    termination.stop();
  }
}

/** As in Python, a `SystemExit` made with a message tells it. */
function exit({ code, message }: SystemExit): number {
  if (message !== "" && message !== String(code)) console.error(message);
  return code;
}

function report(error: unknown): string {
  // A deadlock is nobody's line of code: the message says who waits for what.
  if (error instanceof DeadlockError) return `${error.name}: ${error.message}`;
  return formatError(error, process.cwd());
}
