import { CancelledError } from "@tsyncio/contract";
import { createTask, isCoroutineFunction } from "@tsyncio/tasks";
import { isAwaitable } from "../awaitable.js";
import { unpack } from "../packed.js";
import { encodeFailure } from "../remote-errors.js";
import { checkSendable, isPrimitive } from "../sendable.js";
import { type Transferable, takeTransfers } from "../transfer.js";
import { CANCELLED, FULFILLED, HAS_QUEUES, IS_CHUNK, REJECTED, type Reply, type SentMessage } from "../wire.js";
import { endCalls } from "./calls.js";
import { type Callable, findFunction } from "./find-function.js";
import { receiveQueues } from "./remote-queue.js";
import type { RunningJob, WorkerContext } from "./worker-context.js";

const NOTHING: readonly Transferable[] = [];

/** The end of a job, and what is handed over with it. */
export interface Ended {
  readonly reply: Reply;
  readonly transfer: readonly Transferable[];
}

/**
 * Runs a job to its end. A function that gives a plain value is called, and that is all; a coroutine function, an async function, and what
 * returns an awaitable become a task on the loop of this worker.
 */
export function runJob(context: WorkerContext, job: RunningJob, message: SentMessage): Ended | Promise<Ended> {
  context.job = job;
  const [, where, name, sent, flags] = message;
  try {
    const args = unpack(sent);
    if ((flags & HAS_QUEUES) !== 0) receiveQueues(args);
    const fn = findFunction(where, name, flags);
    if (typeof fn !== "function") return runLater(context, job, fn, args, flags);
    return call(context, job, fn, args, flags);
  } catch (error) {
    return end(context, job, REJECTED, error);
  }
}

async function runLater(
  context: WorkerContext,
  job: RunningJob,
  loading: Promise<Callable>,
  args: unknown[],
  flags: number,
): Promise<Ended> {
  try {
    return await call(context, job, await loading, args, flags);
  } catch (error) {
    return end(context, job, REJECTED, error);
  }
}

function call(
  context: WorkerContext,
  job: RunningJob,
  fn: Callable,
  args: unknown[],
  flags: number,
): Ended | Promise<Ended> {
  if (job.cancelled !== null) throw new CancelledError(job.cancelled.reason);
  if ((flags & IS_CHUNK) !== 0) return runTask(context, job, () => callEach(fn, args as unknown[][]));
  if (isCoroutineFunction(fn)) return runTask(context, job, () => fn(...args));
  const value = fn(...args);
  if (isAwaitable(value)) return runTask(context, job, () => value);
  return end(context, job, FULFILLED, value);
}

async function callEach(fn: Callable, lists: unknown[][]): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const args of lists) {
    const value = isCoroutineFunction(fn) ? createTask(() => fn(...args) as PromiseLike<unknown>) : fn(...args);
    results.push(isAwaitable(value) ? await createTask(() => value as PromiseLike<unknown>) : value);
  }
  return results;
}

function runTask(context: WorkerContext, job: RunningJob, body: () => unknown): Promise<Ended> {
  const task = createTask(body as () => PromiseLike<unknown>, { name: job.name });
  job.task = task;
  return new Promise((resolve) => {
    task.addDoneCallback(() => {
      try {
        resolve(end(context, job, FULFILLED, task.result()));
      } catch (error) {
        resolve(end(context, job, REJECTED, error));
      }
    });
  });
}

function end(
  context: WorkerContext,
  job: RunningJob,
  status: typeof FULFILLED | typeof REJECTED,
  value: unknown,
): Ended {
  endCalls(job);
  context.job = null;
  try {
    if (status === FULFILLED) {
      if (isPrimitive(value)) return { reply: [FULFILLED, value], transfer: NOTHING };
      const transfer = takeTransfers([value]);
      checkSendable(value, () => `the result of ${job.name}`, context.medium, transfer);
      return { reply: [FULFILLED, value], transfer };
    }
  } catch (error) {
    return end(context, job, REJECTED, error);
  }
  const { medium } = context;
  if (value instanceof CancelledError) return { reply: [CANCELLED, reasonOf(value)], transfer: NOTHING };
  return { reply: [REJECTED, encodeFailure(value, medium)], transfer: NOTHING };
}

/** A reason that can't be sent is told in words. */
function reasonOf(error: CancelledError): unknown {
  return typeof error.reason === "string" || error.reason === undefined ? error.reason : error.message;
}
