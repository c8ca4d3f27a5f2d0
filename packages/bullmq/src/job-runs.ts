import { CancelledError } from "@tsyncio/contract";
import type { PoolExecutor, Job as PoolJob } from "@tsyncio/executors";
import { type ReportSink, reportTo, submitChunk } from "@tsyncio/executors/kit";
import { type Job, RateLimitError, UnrecoverableError, WaitingError } from "bullmq";
import { decode, encode } from "./codec.js";
import { CANCELLED, type Cancellation, failureRow, type JobData } from "./job-data.js";
import type { WorkerFunctions } from "./worker-modules.js";

type EngineJob = Job<JobData, unknown, string>;

/** So long a cancellation is kept that came before its job. */
const EARLY_MS = 10_000;

/** How long what is given back may take to clean up. */
const CLEAN_UP_MS = 1000;

/** The jobs that a worker runs: each is one of its pool's, and whatever becomes of the one becomes of the other. */
export class JobRuns {
  readonly #pool: PoolExecutor;
  readonly #functions: WorkerFunctions;
  readonly #running = new Map<EngineJob, PoolJob<unknown>>();
  /** Those whose lease has ended. */
  readonly #lost = new WeakSet<EngineJob>();
  readonly #early = new Map<string, Cancellation>();
  /** Resolved when nothing runs any more; `null` while nothing is given back. */
  #returning: Promise<void> | null = null;
  /** Is told of a job that went back into the queue. */
  onReturned: (name: string, id: string) => void = () => {};

  constructor(pool: PoolExecutor, functions: WorkerFunctions) {
    this.#pool = pool;
    this.#functions = functions;
  }

  get functions(): readonly string[] {
    return this.#functions.names;
  }

  /** Runs a job to its end, and gives its encoded result. What it throws, the engine takes for the failure of an attempt. */
  async run(job: EngineJob, token: string): Promise<unknown> {
    try {
      this.#checkCancelled(job);
      const poolJob = this.#start(job);
      const progress = new Progress(job);
      reportTo(poolJob, progress);
      this.#running.set(job, poolJob);
      try {
        const result = await poolJob;
        progress.check();
        return encode(result);
      } finally {
        if (progress.told !== null) await progress.told;
      }
    } catch (error) {
      // One that was lost is another run's now, maybe on this very worker: for its waiter it has not been cancelled.
      const givesBack = this.#returning ?? (this.#lost.has(job) ? Promise.resolve() : null);
      if (givesBack !== null) return this.#giveBack(job, token, givesBack);
      if (error instanceof CancelledError) {
        job.opts.removeOnFail = true;
        throw new UnrecoverableError(CANCELLED + error.message);
      }
      await job.log(failureRow(error));
      throw asError(error);
    } finally {
      this.#running.delete(job);
    }
  }

  /** Cancels a job that this worker has, unless its function has ended, or may be about to begin. */
  cancel(word: Cancellation): void {
    let isHere = false;
    for (const [job, poolJob] of this.#running) {
      if (!isMeant(job, word)) continue;
      poolJob.cancel(word.reason);
      isHere = true;
    }
    if (isHere) return;
    this.#early.set(word.jobId, word);
    setTimeout(() => this.#early.delete(word.jobId), EARLY_MS).unref();
  }

  /** Ends the runs of a job that other workers may take, or have taken. */
  lose(id: string): void {
    for (const [job, poolJob] of this.#running) {
      if (job.id !== id) continue;
      this.#lost.add(job);
      poolJob.cancel("its lease ended");
    }
  }

  /** Cancels what runs, and when it has cleaned up gives it back to the queue. What does not care is ended with its thread. */
  returnAll(): Promise<void> {
    return (this.#returning ??= this.#endAll());
  }

  async #endAll(): Promise<void> {
    for (const poolJob of this.#running.values()) poolJob.cancel("its worker is closing");
    const timer = setTimeout(() => this.#pool.terminateWorkers(), CLEAN_UP_MS);
    await this.#pool.shutdown();
    clearTimeout(timer);
  }

  #checkCancelled(job: EngineJob): void {
    const word = this.#early.get(String(job.id));
    const reason = job.data.cancelled ?? (word !== undefined && isMeant(job, word) ? word.reason : undefined);
    if (reason !== undefined) throw new CancelledError(reason);
  }

  #start(job: EngineJob): PoolJob<unknown> {
    const { fn: name, isChunk, onCancel, grace } = job.data;
    const fn = this.#functions.get(name);
    const args = decode(job.data.args) as unknown[];
    const pool = onCancel === undefined ? this.#pool : this.#pool.with({ onCancel, grace });
    return isChunk ? submitChunk(pool, fn, args as unknown[][]) : pool.submit(fn, ...(args as never[]));
  }

  async #giveBack(job: EngineJob, token: string, ended: Promise<void>): Promise<never> {
    await ended;
    await job.moveToWait(token);
    this.onReturned(job.name, String(job.id));
    throw new WaitingError();
  }
}

function isMeant(job: EngineJob, { jobId, added }: Cancellation): boolean {
  return job.id === jobId && String(job.timestamp) === added;
}

/** Passes on what the function reports, one after the other. */
class Progress implements ReportSink<unknown> {
  readonly #job: EngineJob;
  #problem: { readonly error: unknown } | null = null;
  /** Resolved when all is told; `null` when there is nothing to tell. */
  told: Promise<void> | null = null;

  constructor(job: EngineJob) {
    this.#job = job;
  }

  put(report: unknown): void {
    try {
      this.told = this.#tell(encode(report) as object, this.told);
    } catch (error) {
      this.#problem ??= { error };
    }
  }

  end(): void {}

  /** @throws what kept a report from being told. */
  check(): void {
    if (this.#problem !== null) throw this.#problem.error;
  }

  async #tell(news: object, before: Promise<void> | null): Promise<void> {
    await before;
    // What comes to nobody is no reason to fail.
    await this.#job.updateProgress(news).catch(() => {});
  }
}

/** Errors by which the engine is told to do something else than let a job fail, whoever threw them. */
const ORDERS = new Set(["DelayedError", "WaitingError", "WaitingChildrenError"]);
const RATE_LIMIT = new RateLimitError().message;

/** An error that the engine takes for a failure. It keeps the message. */
function asError(error: unknown): Error {
  const isFailure = error instanceof Error && !ORDERS.has(error.name) && error.message !== RATE_LIMIT;
  return isFailure ? error : new Error(String(error));
}
