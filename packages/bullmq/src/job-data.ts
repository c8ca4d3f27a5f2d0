import type { CancelOptions } from "@tsyncio/executors";
import { decodeFailure, encodeFailure, type SentFailure } from "@tsyncio/executors/kit";
import { decode, encode } from "./codec.js";

/** What lies in Redis of a job's call. */
export interface JobData {
  /** What is called, by its name on every machine. */
  readonly fn: string;
  /** Its arguments, encoded; of a chunk of `map`, a list of argument lists. */
  readonly args: unknown;
  readonly isChunk?: true;
  readonly onCancel?: CancelOptions["onCancel"];
  readonly grace?: CancelOptions["grace"];
  /** The job was cancelled while a worker had it: whoever gets it next leaves it. */
  readonly cancelled?: string;
}

/** How an attempt failed is written into the job's log, where later attempts and cancellations leave it alone. */
const FAILURE = "failure: ";

export function failureRow(failure: unknown): string {
  return FAILURE + JSON.stringify(encode(encodeFailure(failure, "process")));
}

/** How the last attempt failed, by the job's log; `null` where no worker came to say so. */
export function lastFailure(log: readonly string[]): { readonly failure: unknown } | null {
  const row = log.findLast((each) => each.startsWith(FAILURE));
  if (row === undefined) return null;
  try {
    return { failure: decodeFailure(decode(JSON.parse(row.slice(FAILURE.length))) as SentFailure) };
  } catch {
    // Not written by one of our workers.
    return null;
  }
}

/** What the engine says of a job that too many workers have died of. */
export const STALLED = "job stalled more than allowable limit";

/** What a job's failure begins with that was cancelled: it leaves nothing behind, and its id may be used again. */
export const CANCELLED = "cancelled: ";

/** The queue whose events are words to the workers of `queue`. */
export function controlQueue(queue: string): string {
  return `${queue}.control`;
}

/** A word to the workers: the one that has the job, or gets it, cancels it. */
export interface Cancellation {
  readonly jobId: string;
  /** When it was added, in milliseconds: another one may follow under its id. */
  readonly added: string;
  readonly reason: string;
}

/** How many of these words are kept for workers that were away. */
export const CONTROL_LENGTH = 10_000;
