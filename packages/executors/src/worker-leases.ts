import type { PoolJob } from "./job.js";
import { decodeFailure } from "./remote-errors.js";
import type { Medium } from "./sendable.js";
import type { Transferable } from "./transfer.js";
import { DYING, ENDED, type Note, RELEASE, type SentMessage } from "./wire.js";
import type { PoolOwner, WorkerPool } from "./worker-pool.js";

/** How long a worker is kept that has no job, in milliseconds. Meanwhile it holds the process; the next lease takes as long as some jobs do. */
const KEPT_MS = 50;

/** The way to a worker that is lent. What is written before the worker has started waits for it. */
export interface Line {
  post(message: SentMessage | Note, transfer: readonly Transferable[]): void;
  /** Settled when the worker is given back, or has ended. */
  readonly over: Promise<unknown>;
  /** Takes in what a worker that is gone has written before: it has come, too. */
  close(): void;
}

/**
 * Has a pool lend a worker, as a task of the pool's that lasts until it reads {@link RELEASE}.
 * @param signal - ends the worker
 * @param onUnreadable - is told what kept something from being read that the worker sent: nobody knows what it was
 */
export type Lend = (signal: AbortSignal, onNote: (note: Note) => void, onUnreadable: (error: Error) => void) => Line;

/**
 * FREE ──a job──▶ BUSY ──its reply──▶ FREE ──no job for a while──▶ RELEASED; any of them ──the worker ends──▶ LOST
 */
class Lease {
  readonly line: Line;
  readonly terminator = new AbortController();
  /** What the worker runs. */
  job: PoolJob<unknown> | null = null;
  /** Whether the worker has ended: it gets no more jobs. */
  isLost = false;
  /** Why it ended, if it or the pool has said so. */
  failure: unknown = null;
  /** Runs out while there is no job, or else to no effect. */
  timer: NodeJS.Timeout | null = null;

  constructor(lend: Lend, onNote: (lease: Lease, note: Note) => void) {
    this.line = lend(
      this.terminator.signal,
      (note) => onNote(this, note),
      ({ message }) => {
        this.failure ??= new Error(`what it sent can't be read: ${message}`);
        this.terminator.abort();
      },
    );
  }
}

/**
 * Workers that a pool starts, ends, replaces and counts, and lends for several jobs at a stretch, one after the other: by the pool's own way
 * a job of no work takes twice as long.
 */
export class WorkerLeases implements WorkerPool {
  readonly medium: Medium;
  readonly destroy: () => Promise<void>;
  readonly #owner: PoolOwner;
  readonly #lend: Lend;
  readonly #free: Lease[] = [];
  readonly #busy = new Map<PoolJob<unknown>, Lease>();

  constructor(medium: Medium, owner: PoolOwner, lend: Lend, destroy: () => Promise<void>) {
    this.medium = medium;
    this.destroy = destroy;
    this.#owner = owner;
    this.#lend = lend;
  }

  run(job: PoolJob<unknown>): void {
    const lease = this.#free.pop() ?? this.#open();
    lease.job = job;
    this.#busy.set(job, lease);
    try {
      lease.line.post(job.message, job.transfer);
    } catch (error) {
      this.#ended(lease, job, () => this.#owner.broke(job, error));
    }
  }

  post(job: PoolJob<unknown>, note: Note, transfer: readonly Transferable[]): void {
    this.#busy.get(job)?.line.post(note, transfer);
  }

  terminate(job: PoolJob<unknown>): void {
    this.#busy.get(job)?.terminator.abort();
  }

  terminateAll(): void {
    for (const lease of this.#busy.values()) lease.terminator.abort();
  }

  /** The pool has no worker left, and could not start those that it was asked for. */
  fail(error: unknown): void {
    for (const lease of this.#busy.values()) lease.failure ??= error;
    this.terminateAll();
  }

  #open(): Lease {
    const lease = new Lease(this.#lend, (to, note) => this.#noted(to, note));
    const { line } = lease;
    line.over.then(
      () => line.close(),
      (error: unknown) => this.#lost(lease, error),
    );
    return lease;
  }

  #noted(lease: Lease, note: Note): void {
    const { job } = lease;
    if (job === null || job.id !== note[0]) return;
    // First its error, then its end.
    if (note[1] === DYING) lease.failure ??= decodeFailure(note[2]);
    else if (note[1] === ENDED) this.#ended(lease, job, () => this.#owner.replied(job, note[2]));
    else job.noted(note);
  }

  /** The owner hands over the next job at once, if there is one. */
  #ended(lease: Lease, job: PoolJob<unknown>, tell: () => void): void {
    lease.job = null;
    this.#busy.delete(job);
    if (!lease.isLost) this.#free.push(lease);
    tell();
    if (lease.job !== null || lease.isLost) return;
    if (lease.timer === null) lease.timer = setTimeout(() => this.#release(lease), KEPT_MS);
    else lease.timer.refresh();
  }

  #release(lease: Lease): void {
    if (this.#take(lease)) lease.line.post([0, RELEASE], []);
  }

  #lost(lease: Lease, error: unknown): void {
    lease.isLost = true;
    if (lease.timer !== null) clearTimeout(lease.timer);
    this.#take(lease);
    lease.line.close();
    const { job } = lease;
    if (job === null) return;
    this.#busy.delete(job);
    this.#owner.broke(job, lease.failure ?? error);
  }

  /** Whether it was free. It is no longer. */
  #take(lease: Lease): boolean {
    const index = this.#free.indexOf(lease);
    if (index >= 0) this.#free.splice(index, 1);
    return index >= 0;
  }
}
