import { CancelledError, type ExceptionContext, type LoopContract, RuntimeError } from "@tsyncio/contract";
import { gather } from "@tsyncio/tasks";

/**
 * Ends what is left on `loop`, as `run` does at its end: cancels the tasks and waits for them, ends async generators, closes the loop.
 * @throws `DeadlockError` when a task does not end by its cancellation; the loop is closed then, too
 */
export async function conclude(loop: LoopContract): Promise<void> {
  try {
    await cancelAll(loop);
    await loop.shutdownAsyncgens();
  } finally {
    loop.close();
  }
}

/** Cancels the tasks that are left, and waits for them. Errors that come of it are told to the exception handler. */
export async function cancelAll(loop: LoopContract): Promise<void> {
  const left = [...loop.tasks];
  if (left.length === 0) return;
  for (const task of left) task.cancel();
  await loop.runUntilComplete(gather(left, { returnExceptions: true }));
  for (const task of left) {
    const exception = task.cancelled() ? null : task.exception();
    if (exception === null || exception instanceof CancelledError) continue;
    const message = `unhandled exception in ${task.getName()}, which was cancelled because it outlived the test's main`;
    loop.callExceptionHandler({ message, exception, task });
  }
}

/** What a loop told its exception handler, as an error. */
export function reportError({ message, exception }: ExceptionContext): RuntimeError {
  if (exception === undefined) return new RuntimeError(message);
  return new RuntimeError(`${message}: ${exception}`, { cause: exception });
}
