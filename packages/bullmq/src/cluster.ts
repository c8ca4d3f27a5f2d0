import { type OpenResource, RuntimeError, registry } from "@tsyncio/contract";
import { callerLocation } from "@tsyncio/loop";
import { outsideTask } from "@tsyncio/tasks";
import { lastFailure, STALLED } from "./job-data.js";
import { type JobEvent, Link, type LinkListener } from "./link.js";
import type { Place } from "./options.js";
import { Outbox, type OutboxOwner } from "./outbox.js";
import type { JobOwner, RemoteJob } from "./remote-job.js";
import { type WithdrawalOwner, Withdrawals } from "./withdrawals.js";

/**
 * OPEN ──shutdown──▶ CLOSING ──nothing is left to wait for──▶ CLOSED
 */
const OPEN = 0;
const CLOSING = 1;
const CLOSED = 2;

const ENDS: ReadonlySet<JobEvent["event"]> = new Set(["completed", "failed", "removed"]);

/** Events may get lost (Redis keeps some ten thousand): so often, and whenever the link is back, Redis is asked for what was not told. */
const CHECK_EVERY = 5000;
const CHECK_AT_MOST = 1000;

/** So long the connections are kept that nothing needs, in milliseconds. */
const IDLE_FOR = 1000;

/** From so many jobs on, the end of one may be told a little later, together with others'. */
const MANY = 100;

/**
 * The jobs of an executor that have not ended, and what is asked and told about them.
 *
 * A job is in `#jobs` from its submit until its future is done. Whatever tells of its end, an event or an answer, may do so more than once; the
 * future takes the first.
 */
export class Cluster implements JobOwner, OutboxOwner, WithdrawalOwner, LinkListener {
  readonly #options: Place;
  readonly #connectTimeout: number;
  readonly #outbox = new Outbox(this);
  /** By id: several were submitted, or looked up, under the same one. */
  readonly #jobs = new Map<string, Set<RemoteJob<unknown>>>();
  readonly #withdrawals = new Withdrawals(this);
  #link: Link | null = null;
  /** While there is something to wait for. */
  #checks: NodeJS.Timeout | null = null;
  /** While there is not, and the connections are open. */
  #idle: NodeJS.Timeout | undefined;
  #state = OPEN;
  #resolveClosed: () => void = () => {};
  readonly #closed = new Promise<void>((resolve) => {
    this.#resolveClosed = resolve;
  });
  /** Whether someone waits for the end of a shutdown. */
  #isAwaited = false;
  readonly #resource: OpenResource;

  /** @param connectTimeout - in milliseconds */
  constructor(options: Place, connectTimeout: number) {
    this.#options = options;
    this.#connectTimeout = connectTimeout;
    const describe = () => `BullMQExecutor on the queue ${options.queue}: ${this.#jobs.size} jobs have not ended`;
    this.#resource = {
      kind: "BullMQExecutor",
      describe,
      source: registry.debugging ? callerLocation() : null,
    };
  }

  /** Until when a job that is submitted now must come to Redis. */
  get deadline(): number {
    return performance.now() + this.#connectTimeout;
  }

  /** @throws `RuntimeError` after a shutdown. */
  checkOpen(): void {
    if (this.#state !== OPEN) throw new RuntimeError("cannot schedule new futures after shutdown");
  }

  add(job: RemoteJob<unknown>): void {
    const others = this.#jobs.get(job.id);
    if (others === undefined) this.#jobs.set(job.id, new Set([job]));
    else others.add(job);
    this.#connect();
    this.#outbox.add(job);
  }

  cancelled(job: RemoteJob<unknown>, reason: unknown): void {
    const isOut = !this.#outbox.drop(job) || job.sent === null;
    if (this.#forget(job) && isOut) {
      this.#withdrawals.add(job.id, typeof reason === "string" ? reason : "", this.deadline);
    }
    this.#changed();
  }

  /** No more jobs. What is under way, and unless `cancelFutures` what waits, ends first. */
  shutdown(wait: boolean, cancelFutures: boolean): Promise<void> {
    // Who no longer waits has lost patience: the jobs are in Redis, and go on without us.
    const givesUp = !wait && this.#isAwaited;
    this.#isAwaited ||= wait;
    if (this.#state === OPEN) this.#state = CLOSING;
    for (const job of this.#all()) {
      if (cancelFutures && !job.running()) job.cancel();
      else if (givesUp) {
        const what = this.#outbox.drop(job) ? "was not sent" : `goes on as job ${job.id} of the queue`;
        this.#forget(job);
        job.failed(new RuntimeError(`the executor was shut down; ${job.name}() ${what}`));
      }
    }
    if (givesUp) this.#withdrawals.clear();
    if (this.#checks === null && this.#state === CLOSING) void this.#close();
    else this.#changed();
    return wait ? this.#closed : Promise.resolve();
  }

  link(): Link | null {
    return this.#link?.ready === true ? this.#link : null;
  }

  problem(): { readonly message: string; readonly cause: Error | null } {
    return this.#link?.problem ?? { message: "the connection is gone", cause: null };
  }

  sent(jobs: readonly RemoteJob<unknown>[]): void {
    // Under an id of the user's it may have ended long ago.
    for (const job of jobs) if (job.mayBeOld) void this.#check(job.id);
  }

  gaveUp(job: RemoteJob<unknown>, error: unknown, isUnsure: boolean): void {
    if (this.#forget(job) && isUnsure) this.#withdrawals.add(job.id, "it was given up", this.deadline);
    job.failed(error);
    this.#changed();
  }

  linked(): void {
    this.#withdrawals.retry(false);
    void this.#outbox.send();
    // Those that are still to be sent are not missed.
    for (const id of this.#jobs.keys()) void this.#check(id);
  }

  unlinked(): void {
    this.#outbox.wait(this.deadline);
  }

  mayGo(job: RemoteJob<unknown>): boolean {
    return !this.#withdrawals.has(job.id);
  }

  withdrawn(): void {
    void this.#outbox.send();
    this.#changed();
  }

  happened(event: JobEvent): void {
    if (this.#withdrawals.has(event.jobId)) {
      // It happens to the cancelled one, not to one that is to be sent under its id.
      if (ENDS.has(event.event)) this.#withdrawals.ended(event.jobId);
      return;
    }
    const jobs = this.#jobs.get(event.jobId);
    if (jobs === undefined) return;
    for (const job of jobs) job.happened(event);
    if (event.event === "completed") this.#end(event.jobId, (job) => job.succeeded(event.returnvalue));
    else if (event.event === "failed") void this.#fail(event.jobId, event.failedReason ?? "");
    else if (event.event === "removed")
      void this.#check(event.jobId, () => this.#end(event.jobId, (job) => job.removed()));
  }

  areMany(): boolean {
    return this.#jobs.size >= MANY;
  }

  /**
   * Asks what became of a job. A connection that is lost meanwhile asks again when it is back.
   * @param missing - is called when it is not there. One that was removed may have been submitted again.
   */
  async #check(id: string, missing: () => void = () => this.#lost(id)): Promise<void> {
    const link = this.link();
    const [first] = this.#jobs.get(id) ?? [];
    if (link === null || first === undefined || this.#outbox.has(first)) return;
    try {
      const found = await link.queue.getJob(id);
      if (found === undefined) missing();
      else if (found.finishedOn !== undefined) {
        if ((await found.getState()) === "completed") this.#end(id, (job) => job.succeeded(found.returnvalue));
        else await this.#fail(id, found.failedReason);
      }
    } catch {}
  }

  /** Redis has lost it, or somebody has removed it unheard. */
  #lost(id: string): void {
    const again = [...(this.#jobs.get(id) ?? [])].find((job) => job.sent !== null);
    if (again === undefined) this.#end(id, (job) => job.unknown());
    else this.#outbox.add(again);
  }

  async #fail(id: string, failedReason: string): Promise<void> {
    const link = this.link();
    if (link === null) return;
    try {
      const { logs } = await link.queue.getJobLogs(id);
      // What its workers died of is not what earlier attempts failed of.
      const last = failedReason === STALLED ? null : lastFailure(logs);
      this.#end(id, (job) => (last === null ? job.broke(failedReason) : job.failed(last.failure)));
    } catch {}
  }

  #end(id: string, end: (job: RemoteJob<unknown>) => void): void {
    const jobs = this.#jobs.get(id);
    this.#jobs.delete(id);
    for (const job of jobs ?? []) end(job);
    this.#changed();
  }

  /** Whether nobody else waits for the job of its id. */
  #forget(job: RemoteJob<unknown>): boolean {
    const jobs = this.#jobs.get(job.id);
    jobs?.delete(job);
    if (jobs === undefined || jobs.size > 0) return false;
    return this.#jobs.delete(job.id);
  }

  #all(): RemoteJob<unknown>[] {
    return [...this.#jobs.values()].flatMap((jobs) => [...jobs]);
  }

  #connect(): void {
    if (this.#link === null) {
      // Sockets keep the async context of who made them.
      this.#link = outsideTask(() => new Link(this.#options, this.#connectTimeout, this));
      registry.resources.add(this.#resource);
    }
    this.#changed();
  }

  /** Keeps the connections while there is something to wait for, and a little longer; looks for what was not told meanwhile. */
  #changed(): void {
    const isBusy = this.#jobs.size > 0 || this.#withdrawals.size > 0;
    if (isBusy === (this.#checks !== null)) return;
    if (isBusy) {
      this.#checks = setInterval(() => this.#checkSome(), CHECK_EVERY);
      clearTimeout(this.#idle);
      return;
    }
    if (this.#checks !== null) clearInterval(this.#checks);
    this.#checks = null;
    if (this.#state === CLOSING) void this.#close();
    else this.#idle = setTimeout(() => void this.#disconnect(), IDLE_FOR);
  }

  #checkSome(): void {
    // A cancellation alone is not worth waiting for a Redis that does not take it.
    this.#withdrawals.retry(this.#jobs.size === 0);
    for (const [id, jobs] of [...this.#jobs].slice(0, CHECK_AT_MOST)) {
      // The next time it is others' turn.
      this.#jobs.delete(id);
      this.#jobs.set(id, jobs);
      void this.#check(id);
    }
  }

  async #close(): Promise<void> {
    this.#state = CLOSED;
    clearTimeout(this.#idle);
    await this.#disconnect();
    this.#resolveClosed();
  }

  /** Idle as they are, connections keep the process from ending. */
  async #disconnect(): Promise<void> {
    const link = this.#link;
    this.#link = null;
    await link?.close();
    if (this.#link === null) registry.resources.delete(this.#resource);
  }
}
