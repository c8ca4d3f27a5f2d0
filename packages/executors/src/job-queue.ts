import { type OpenResource, RuntimeError, registry } from "@tsyncio/contract";
import { callerLocation } from "@tsyncio/loop";
import { BrokenWorkerError } from "./errors.js";
import type { JobOwner, PoolJob } from "./job.js";
import { isPrimitive } from "./sendable.js";
import type { Transferable } from "./transfer.js";
import { CANCEL, type Note, type Reply } from "./wire.js";
import { checkNotLoading } from "./worker/worker-context.js";
import type { PoolOwner, WorkerPool } from "./worker-pool.js";

/**
 * OPEN ──shutdown──▶ CLOSING ──the last job has ended──▶ CLOSED
 */
const OPEN = 0;
const CLOSING = 1;
const CLOSED = 2;

/**
 * The jobs of an executor: those that wait, first come, first served, and those that run, at most one for each worker. Starts the workers
 * with the first job and ends them when it is closed and has no job left.
 */
export class JobQueue implements JobOwner, PoolOwner {
  readonly #count: number;
  readonly #start: (owner: PoolOwner) => WorkerPool;
  readonly #queued = new Set<PoolJob<unknown>>();
  /** Goes through them, once and for all: a new iterator would pass by the places of all that have left. */
  #order: Iterator<PoolJob<unknown>> | null = null;
  readonly #running = new Set<PoolJob<unknown>>();
  #pool: WorkerPool | null = null;
  /** Holds the process while a job runs or the workers are being ended; the pools do not while a worker starts. */
  #hold: NodeJS.Timeout | null = null;
  #state = OPEN;
  /** Resolved when it is CLOSED. */
  readonly #closed = withResolvers();
  /** Whether someone waits for the end of a shutdown. */
  #isAwaited = false;

  /** What debug mode and the leak oracle see of it, from its first job to its end. */
  readonly #resource: OpenResource;

  /** @param kind - the name of the executor's class */
  constructor(kind: string, count: number, start: (owner: PoolOwner) => WorkerPool) {
    const describe = () => `${kind} of ${count}: ${this.#running.size} jobs run, ${this.#queued.size} wait`;
    this.#resource = { kind, describe, source: registry.debugging ? callerLocation() : null };
    this.#count = count;
    this.#start = start;
    // Nobody may be waiting for it.
    this.#closed.promise.catch(() => {});
  }

  /** @throws `RuntimeError` after a shutdown, and in a module that a worker loads. */
  checkOpen(): void {
    checkNotLoading();
    if (this.#state !== OPEN) throw new RuntimeError("cannot schedule new futures after shutdown");
  }

  add(job: PoolJob<unknown>): void {
    if (this.#running.size < this.#count) {
      this.#run(job);
      return;
    }
    keep(job);
    this.#queued.add(job);
  }

  /** A job's future was cancelled. */
  cancelled(job: PoolJob<unknown>, reason: unknown): void {
    if (this.#queued.delete(job)) {
      job.dropped();
      return;
    }
    if (!this.#running.has(job)) return;
    const { terminateAfter } = job.options;
    if (terminateAfter === 0) {
      this.#pool?.terminate(job);
      return;
    }
    const sent = isPrimitive(reason) ? reason : String(reason);
    this.post(job, [job.id, CANCEL, sent], []);
    if (terminateAfter === null) return;
    setTimeout(() => {
      if (this.#running.has(job)) this.#pool?.terminate(job);
    }, terminateAfter * 1000).unref();
  }

  post(job: PoolJob<unknown>, note: Note, transfer: readonly Transferable[]): void {
    if (this.#running.has(job)) this.#pool?.post(job, note, transfer);
  }

  /** No more jobs. What runs, and unless `cancelFutures` what is queued, ends first. */
  shutdown(wait: boolean, cancelFutures: boolean): Promise<void> {
    // Who no longer waits has lost patience: with asyncio's threads the process could not end.
    const givesUp = !wait && this.#isAwaited;
    this.#isAwaited ||= wait;
    if (this.#state === OPEN) this.#state = CLOSING;
    if (cancelFutures) for (const job of this.#queued) job.cancel();
    if (givesUp) this.terminateWorkers();
    this.#closeIfIdle();
    return wait ? this.#closed.promise : Promise.resolve();
  }

  /** Ends every worker that runs a job. */
  terminateWorkers(): void {
    this.#pool?.terminateAll();
  }

  #run(job: PoolJob<unknown>): void {
    if (this.#pool === null) {
      this.#pool = this.#start(this);
      registry.resources.add(this.#resource);
    }
    this.#hold ??= setInterval(() => {}, 2 ** 30);
    if (this.#running.size === 0) this.#hold.ref();
    this.#running.add(job);
    job.started();
    this.#pool.run(job);
  }

  /** The worker is done with it. */
  replied(job: PoolJob<unknown>, reply: Reply): void {
    this.#ended(job);
    job.replied(reply);
  }

  /** The worker is gone, or did not get it. */
  broke(job: PoolJob<unknown>, error: unknown): void {
    this.#ended(job);
    job.broke(brokenBy(error, job));
  }

  /** The next one goes to its worker before anybody hears of the end of this one: the worker waits. */
  #ended(job: PoolJob<unknown>): void {
    this.#running.delete(job);
    if (this.#running.size < this.#count && this.#queued.size > 0) this.#runNext();
    if (this.#running.size === 0) this.#hold?.unref();
    this.#closeIfIdle();
  }

  #runNext(): void {
    this.#order ??= this.#queued.values();
    const job = this.#order.next().value as PoolJob<unknown>;
    this.#queued.delete(job);
    this.#run(job);
  }

  #closeIfIdle(): void {
    if (this.#state !== CLOSING || this.#running.size > 0 || this.#queued.size > 0) return;
    this.#state = CLOSED;
    this.#end().then(this.#closed.resolve, this.#closed.reject);
  }

  async #end(): Promise<void> {
    this.#hold?.ref();
    try {
      await this.#pool?.destroy();
    } finally {
      if (this.#hold !== null) clearInterval(this.#hold);
      registry.resources.delete(this.#resource);
    }
  }
}

/** What a job has to wait with is what it was given: what the caller changes later does not matter. */
function keep(job: PoolJob<unknown>): void {
  const args = job.message[3];
  if (args instanceof Uint8Array || args.every(isPrimitive)) return;
  const { transfer } = job;
  const [kept, keptTransfer] = structuredClone([args, transfer], { transfer: transfer as Transferable[] });
  job.message[3] = kept as unknown[];
  job.transfer = keptTransfer as readonly Transferable[];
}

function brokenBy(error: unknown, job: PoolJob<unknown>): unknown {
  if (error instanceof Error && error.name === "DataCloneError") return error;
  const said = error instanceof Error ? error.message : String(error);
  return new BrokenWorkerError(`the worker of ${job.name || "a function"}() ended: ${said}`, { cause: error });
}

function withResolvers() {
  let resolve = () => {};
  let reject = (_error: unknown) => {};
  const promise = new Promise<void>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}
