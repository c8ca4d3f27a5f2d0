import { CancelledError } from "@tsyncio/contract";
import { checkSendable } from "../sendable.js";
import { takeTransfers } from "../transfer.js";
import { REPORT } from "../wire.js";
import { workerContext } from "./worker-context.js";

/**
 * Inside a job: sends `value` to who iterates over `job.reports()`. Elsewhere it does nothing, so that the function can be called
 * directly, too.
 * @throws `TypeError` for what can't be sent.
 */
export function report(value: unknown): void {
  const context = workerContext();
  const job = context?.job ?? null;
  if (context === null || job === null) return;
  const transfer = takeTransfers([value]);
  checkSendable(value, () => "the report", context.medium, transfer);
  context.post([job.id, REPORT, value], transfer);
}

/**
 * Inside a job: throws when the job was cancelled. For functions that compute for long without an `await`; async functions and coroutines are
 * cancelled where they wait, and have `currentSignal()`. Elsewhere it does nothing.
 *
 * A process learns of its cancellation only between two turns of its event loop, a thread at once.
 * @throws `CancelledError`
 */
export function checkCancelled(): void {
  const context = workerContext();
  const job = context?.job ?? null;
  if (context === null || job === null) return;
  context.poll();
  if (job.cancelled !== null) throw new CancelledError(job.cancelled.reason);
}
