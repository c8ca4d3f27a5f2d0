import { type Cancellation, CONTROL_LENGTH, type JobData } from "./job-data.js";
import type { Link } from "./link.js";

/** Who has jobs withdrawn. */
export interface WithdrawalOwner {
  /** The link, if it is ready. */
  link(): Link | null;
  /** A withdrawal is over, or was given up. */
  withdrawn(): void;
}

interface Withdrawal {
  readonly reason: string;
  /** How long it is worth waiting for, by `performance.now()`. */
  readonly deadline: number;
  isUnderWay: boolean;
}

/**
 * The cancelled jobs that Redis may still have. Until one is gone nothing is sent under its id: it would be taken for the cancelled one.
 *
 * pending ──taken out of the queue, or not there──▶ gone
 *    └─────a worker has it, and is told──▶ told ──it has ended there──▶ gone
 */
export class Withdrawals {
  readonly #owner: WithdrawalOwner;
  readonly #pending = new Map<string, Withdrawal>();
  readonly #told = new Set<string>();

  constructor(owner: WithdrawalOwner) {
    this.#owner = owner;
  }

  /** How many are pending. */
  get size(): number {
    return this.#pending.size;
  }

  add(id: string, reason: string, deadline: number): void {
    this.#told.delete(id);
    this.#pending.set(id, { reason, deadline, isUnderWay: false });
    void this.#withdraw(id);
  }

  /** Whether a cancelled job of that id may still be there. */
  has(id: string): boolean {
    return this.#pending.has(id) || this.#told.has(id);
  }

  /** It has ended. What is under way sees that by itself, and must be over before another one is sent. */
  ended(id: string): void {
    if (this.#pending.get(id)?.isUnderWay !== true) this.#gone(id);
  }

  clear(): void {
    this.#pending.clear();
  }

  /** Tries again what has not come to Redis, and looks for ends that were not told. `givesUp`: those whose time is over are left. */
  retry(givesUp: boolean): void {
    const now = performance.now();
    for (const [id, { deadline }] of this.#pending) {
      if (givesUp && deadline < now) this.#gone(id);
      else void this.#withdraw(id);
    }
    for (const id of this.#told) void this.#look(id);
  }

  /** Takes a job out of the queue, or tells its worker. */
  async #withdraw(id: string): Promise<void> {
    const link = this.#owner.link();
    const withdrawal = this.#pending.get(id);
    // Twice at a time, the second one could take out what was sent after the first.
    if (link === null || withdrawal === undefined || withdrawal.isUnderWay) return;
    withdrawal.isUnderWay = true;
    try {
      const isWithWorker = await take(link, id, withdrawal.reason);
      if (this.#pending.get(id) !== withdrawal) return;
      this.#pending.delete(id);
      if (isWithWorker) this.#told.add(id);
      this.#owner.withdrawn();
    } catch {
      // Tried again when the link is back, or at the next look.
    } finally {
      withdrawal.isUnderWay = false;
    }
  }

  #gone(id: string): void {
    this.#told.delete(id);
    this.#pending.delete(id);
    this.#owner.withdrawn();
  }

  async #look(id: string): Promise<void> {
    try {
      const found = await this.#owner.link()?.queue.getJob(id);
      if (found === undefined || found.finishedOn !== undefined) this.#gone(id);
    } catch {}
  }
}

/** Whether a worker has the job, which goes on until that one ends it. */
async function take(link: Link, id: string, reason: string): Promise<boolean> {
  const found = await link.queue.getJob(id);
  // Who cancels what has ended, and has not heard of it, takes the result from nobody.
  if (found === undefined || found.finishedOn !== undefined) return false;
  if ((await link.queue.remove(id)) !== 0) return false;
  // For a worker that gets it when this one is gone, or when it is tried again.
  await found.updateData({ ...(found.data as JobData), cancelled: reason } satisfies JobData);
  const word: Cancellation = { jobId: id, added: String(found.timestamp), reason };
  await link.tellWorkers("cancel", { ...word }, CONTROL_LENGTH);
  return true;
}
