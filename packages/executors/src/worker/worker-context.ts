import { RuntimeError } from "@tsyncio/contract";
import type { Task } from "@tsyncio/tasks";
import type { Medium } from "../sendable.js";
import type { Post, Reply } from "../wire.js";

/** A call into the loop. */
export interface PendingCall {
  ended(reply: Reply): void;
  cancel(): boolean;
}

/** A job that runs in this worker. */
export interface RunningJob {
  readonly id: number;
  readonly name: string;
  /** Whether the loop cancelled it, and with what. */
  cancelled: { readonly reason: unknown } | null;
  /** What runs it, if it is a coroutine or an async function. */
  task: Task<unknown> | null;
  /** Its calls into the loop that have not ended, by their numbers. Made with the first. */
  calls: Map<number, PendingCall> | null;
}

/** A worker, as code that runs in it sees it. */
export interface WorkerContext {
  readonly medium: Medium;
  /** The job that runs: one at a time. */
  job: RunningJob | null;
  /** The module that is being loaded. */
  loading: string | null;
  readonly post: Post;
  /** Takes in the notes that have come, while a function keeps the thread busy. A process can't. */
  readonly poll: () => void;
}

/** Copies of this package in one worker share what the first of them is. */
const KEY = Symbol.for("tsyncio.executors.worker.1");

const shared = globalThis as { [KEY]?: WorkerContext };

/** `null` outside of workers. */
export function workerContext(): WorkerContext | null {
  return shared[KEY] ?? null;
}

export function setWorkerContext(context: WorkerContext): void {
  shared[KEY] = context;
}

/**
 * Refuses to submit a job in a module that a worker is loading: each worker would load it again, and start workers of its own.
 * @throws `RuntimeError`
 */
export function checkNotLoading(): void {
  const loading = workerContext()?.loading ?? null;
  if (loading === null) return;
  throw new RuntimeError(
    `a worker loads ${loading}, which submits a job while it is loaded: functions for workers belong in a file of their own`,
  );
}
