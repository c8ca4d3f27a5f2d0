import { isDisconnection } from "./connection.js";
import { RedisConnectionError } from "./errors.js";
import type { Link } from "./link.js";
import type { RemoteJob } from "./remote-job.js";

/** How many jobs go in one message. */
const BATCH = 500;

/** How soon deadlines are looked at again, in milliseconds. */
const LOOK_EVERY = 10;

/** Who is told what became of what was sent. */
export interface OutboxOwner {
  /** The link, if it is ready. */
  link(): Link | null;
  /** Whether nothing stands in its way but the link. */
  mayGo(job: RemoteJob<unknown>): boolean;
  /** Redis has them now. */
  sent(jobs: readonly RemoteJob<unknown>[]): void;
  /** It was given up; `isUnsure`: and may be in Redis all the same. */
  gaveUp(job: RemoteJob<unknown>, error: unknown, isUnsure: boolean): void;
  /** Why there is no connection. */
  problem(): { readonly message: string; readonly cause: Error | null };
}

/**
 * The jobs on their way to Redis: those of one turn go together, and in the order of their submits. One that has not come there when its
 * deadline passes fails, and is not sent any more, unless it had come there before; one whose message went lost is sent again, which under the
 * same id is no second job.
 */
export class Outbox {
  readonly #owner: OutboxOwner;
  readonly #waiting = new Set<RemoteJob<unknown>>();
  /** Those whose message is under way, or went lost. */
  readonly #tried = new Set<RemoteJob<unknown>>();
  #isSending = false;
  #isScheduled = false;
  #deadline: NodeJS.Timeout | null = null;
  /** Until then none is late, by `performance.now()`. */
  #patience = 0;

  constructor(owner: OutboxOwner) {
    this.#owner = owner;
  }

  add(job: RemoteJob<unknown>): void {
    this.#waiting.add(job);
    this.#watchDeadline();
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.send();
    });
  }

  /** The link has gone: it may take until then to come back. */
  wait(until: number): void {
    this.#patience = until;
  }

  /** Forgets a job that is wanted no more. `false` when it may be in Redis already. */
  drop(job: RemoteJob<unknown>): boolean {
    const wasTried = this.#tried.has(job);
    return this.#forget(job) && !wasTried;
  }

  /** Whether it is still to be sent. */
  has(job: RemoteJob<unknown>): boolean {
    return this.#waiting.has(job);
  }

  /** Sends what waits, if the link is ready. */
  async send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      for (let link = this.#owner.link(); link !== null; link = this.#owner.link()) {
        const jobs = this.#next();
        if (jobs.length === 0) return;
        if (!(await this.#sendBatch(link, jobs))) return;
      }
    } finally {
      this.#isSending = false;
    }
  }

  #next(): RemoteJob<unknown>[] {
    const jobs: RemoteJob<unknown>[] = [];
    for (const job of this.#waiting) {
      if (this.#owner.mayGo(job) && jobs.push(job) === BATCH) break;
    }
    return jobs;
  }

  async #sendBatch(link: Link, jobs: readonly RemoteJob<unknown>[]): Promise<boolean> {
    for (const job of jobs) this.#tried.add(job);
    const bulk = jobs.flatMap(({ id, name, sent }) =>
      sent === null ? [] : [{ name, data: sent.data, opts: { ...sent.options, jobId: id } }],
    );
    try {
      if (bulk.length > 0) await link.queue.addBulk(bulk);
    } catch (error) {
      if (!link.ready || isDisconnection(error)) {
        // What ended meanwhile waits no more; the rest goes again when the link is back.
        if (link.ready) link.reconnect();
        return false;
      }
      for (const job of jobs) if (this.#forget(job)) this.#owner.gaveUp(job, refusal(job, error), true);
      return true;
    }
    for (const job of jobs) job.hasArrived = true;
    this.#owner.sent(jobs.filter((job) => this.#forget(job)));
    return true;
  }

  /** Whether it was still wanted. */
  #forget(job: RemoteJob<unknown>): boolean {
    this.#tried.delete(job);
    if (!this.#waiting.delete(job)) return false;
    if (this.#waiting.size === 0) this.#rest();
    return true;
  }

  #rest(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    this.#deadline = null;
  }

  /** Those that do not wait for ever. */
  *#hasty(): Generator<RemoteJob<unknown>, undefined> {
    for (const job of this.#waiting) if (!job.hasArrived) yield job;
  }

  /** All wait equally long, so the first one's deadline is the next. */
  #watchDeadline(): void {
    if (this.#deadline !== null) return;
    const first = this.#hasty().next().value;
    if (first === undefined) return;
    const time = Math.max(first.deadline, this.#patience) - performance.now();
    this.#deadline = setTimeout(() => this.#giveUpLate(), Math.max(time, LOOK_EVERY));
  }

  #giveUpLate(): void {
    this.#deadline = null;
    // As long as there is a connection they are on their way, however many they are.
    if (this.#owner.link() === null) {
      const now = performance.now();
      for (const job of [...this.#hasty()]) {
        if (Math.max(job.deadline, this.#patience) > now) break;
        const isUnsure = this.#tried.has(job);
        this.#forget(job);
        this.#owner.gaveUp(job, this.#lateness(job), isUnsure);
      }
    }
    this.#watchDeadline();
  }

  #lateness({ name }: RemoteJob<unknown>): RedisConnectionError {
    const { message, cause } = this.#owner.problem();
    return new RedisConnectionError(
      `${name}() did not come to Redis in time: ${message}`,
      cause === null ? {} : { cause },
    );
  }
}

function refusal({ name }: RemoteJob<unknown>, cause: unknown): RedisConnectionError {
  return new RedisConnectionError(`${name}() was refused by Redis: ${(cause as Error).message}`, { cause });
}
