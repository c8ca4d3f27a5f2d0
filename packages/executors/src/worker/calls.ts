import { loopForNew, RuntimeError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { decodeFailure } from "../remote-errors.js";
import { checkSendable } from "../sendable.js";
import { takeTransfers } from "../transfer.js";
import { CALL, CALL_SOON, CANCEL_CALL, CANCELLED, type Callee, FULFILLED, type Reply } from "../wire.js";
import { type PendingCall, type RunningJob, type WorkerContext, workerContext } from "./worker-context.js";

let lastCall = 0;

/** The future of a call into the loop. Cancelling it cancels the task there, and does not wait for it. */
export class CallFuture extends Future<unknown> implements PendingCall {
  readonly id: number = ++lastCall;
  readonly context: WorkerContext;
  readonly job: RunningJob;

  constructor(callee: Callee, args: unknown[]) {
    super({ loop: loopForNew() });
    const { context, job } = runningJob(nameOf(callee));
    const transfer = takeTransfers(args);
    checkSendable(args, () => `an argument of ${nameOf(callee)}()`, context.medium, transfer);
    this.context = context;
    this.job = job;
    job.calls ??= new Map();
    job.calls.set(this.id, this);
    context.post([job.id, CALL, this.id, callee, args], transfer);
  }

  override cancel(reason?: unknown): boolean {
    if (!super.cancel(reason)) return false;
    this.postCancel(reason);
    return true;
  }

  /** The loop's answer. */
  ended(reply: Reply): void {
    this.job.calls?.delete(this.id);
    if (this.done()) return;
    if (reply[0] === FULFILLED) this.finish(reply[1]);
    else if (reply[0] === CANCELLED) super.cancel(reply[1]);
    else this.fail(decodeFailure(reply[1]));
  }

  protected postCancel(reason: unknown): void {
    const sent = typeof reason === "string" || reason === undefined ? reason : String(reason);
    if (this.job.calls?.has(this.id)) this.context.post([this.job.id, CANCEL_CALL, this.id, sent]);
  }
}

/** A call that nobody waits for. */
export function callSoon(callee: Callee, args: unknown[]): void {
  const { context, job } = runningJob(nameOf(callee));
  const transfer = takeTransfers(args);
  checkSendable(args, () => `an argument of ${nameOf(callee)}()`, context.medium, transfer);
  context.post([job.id, CALL_SOON, callee, args], transfer);
}

/** Cancels the calls that a job leaves behind: the loop does so, too, and answers no more. */
export function endCalls(job: RunningJob): void {
  if (job.calls === null) return;
  const calls = [...job.calls.values()];
  job.calls.clear();
  for (const call of calls) call.cancel();
}

function nameOf(callee: Callee): string {
  return typeof callee === "string" ? callee : `queue.${callee[1]}`;
}

function runningJob(name: string): { context: WorkerContext; job: RunningJob } {
  const context = workerContext();
  const job = context?.job ?? null;
  if (context === null || job === null) {
    throw new RuntimeError(`${name}() of the loop can be called by a job in a worker, and by nothing else`);
  }
  return { context, job };
}
