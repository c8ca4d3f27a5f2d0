import type { PoolJob } from "./job.js";
import type { Medium } from "./sendable.js";
import type { Transferable } from "./transfer.js";
import type { Note, Reply } from "./wire.js";

/** How workers are started. */
export interface WorkerOptions {
  /** The environment variables of the workers; left out: those of this process. */
  env?: Record<string, string> | undefined;
  /** Options of Node for the workers; left out: those of this process. */
  execArgv?: string[] | undefined;
  /** Limits of a thread's memory, as `node:worker_threads` has them. */
  resourceLimits?: import("node:worker_threads").ResourceLimits | undefined;
}

/** Whose jobs the workers run. */
export interface PoolOwner {
  /** The job has ended. Its worker is free. */
  replied(job: PoolJob<unknown>, reply: Reply): void;
  /** Its worker has ended, by itself or because it was ended, or could not get it. */
  broke(job: PoolJob<unknown>, error: unknown): void;
}

/**
 * Workers of one kind: a well-kept pool, and a way for notes. It gets no more jobs at a time than it has workers, so that the queue, with its
 * order and what is cancelled in it, is the executor's alone.
 */
export interface WorkerPool {
  readonly medium: Medium;
  /** Has a worker run `job`. */
  run(job: PoolJob<unknown>): void;
  /** Sends a note to the worker that runs `job`. */
  post(job: PoolJob<unknown>, note: Note, transfer: readonly Transferable[]): void;
  /** Ends the worker that runs `job`, which has a time for that among its options. The next job gets a new one. */
  terminate(job: PoolJob<unknown>): void;
  /** Ends all workers that run jobs. */
  terminateAll(): void;
  /** Ends all workers. */
  destroy(): Promise<void>;
}
