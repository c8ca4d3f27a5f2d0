import { CancelledError, type ForeignWork, type LoopContract, RuntimeError } from "@tsyncio/contract";
import { BrokenWorkerError, type Job, type Reports } from "@tsyncio/executors";
import { ReportChannel } from "@tsyncio/executors/kit";
import { Future } from "@tsyncio/futures";
import type { JobsOptions as EngineOptions } from "bullmq";
import { decode } from "./codec.js";
import { UnknownJobError } from "./errors.js";
import { CANCELLED, type JobData, STALLED } from "./job-data.js";
import type { JobEvent } from "./link.js";

/** A step in a job's life, by the engine's words. */
export interface LifeStep {
  /** `"active"` when a worker takes it, `"waiting"` or `"delayed"` when it waits (again), `"stalled"` when its worker is gone. */
  readonly event: "added" | "waiting" | "delayed" | "active" | "stalled" | "completed" | "failed" | "removed";
  readonly at: Date;
}

/**
 * The future of a function that runs on some machine of the cluster.
 *
 * Cancelling it takes it out of the queue. When a worker has it already, its future is cancelled at once, and the worker is told: there it is
 * cancelled as jobs of threads are. A job that is submitted under the same id by others, too, is cancelled when nobody here waits for it.
 */
export interface ClusterJob<T> extends Job<T> {
  /** Its id in the queue, by which `attach` finds it. */
  readonly id: string;
  /** What becomes of it, step by step. Ask for it right after `submit`. */
  life(): Reports<LifeStep>;
}

/** Who has a job sent, and hears of it. */
export interface JobOwner {
  /** The job's future was cancelled. */
  cancelled(job: RemoteJob<unknown>, reason: unknown): void;
}

/** What is sent of a job; `null`: it was found by its id. */
export interface Sent {
  readonly data: JobData;
  readonly options: EngineOptions;
}

/** What a {@link RemoteJob} is made of: its fields of these names. */
export type RemoteCall = Pick<RemoteJob<unknown>, "id" | "name" | "sent" | "mayBeOld" | "deadline">;

/** A job of a {@link Cluster}. */
export class RemoteJob<T> extends Future<T> implements ClusterJob<T>, ForeignWork {
  readonly id: string;
  readonly name: string;
  readonly sent: Sent | null;
  /** Whether others may have submitted it before. */
  readonly mayBeOld: boolean;
  /** Until when there must be a Redis to send it to, by `performance.now()`. */
  readonly deadline: number;
  /** Whether it has come to Redis: then it waits for it as long as it is away. */
  hasArrived = false;
  readonly #owner: JobOwner;
  #isRunning = false;
  #reports: ReportChannel<unknown> | null = null;
  #life: ReportChannel<LifeStep> | null = null;

  constructor(loop: LoopContract, owner: JobOwner, call: RemoteCall) {
    super({ loop });
    this.#owner = owner;
    this.id = call.id;
    this.name = call.name;
    this.sent = call.sent;
    this.mayBeOld = call.mayBeOld;
    this.deadline = call.deadline;
    // A virtual clock must not jump while a worker is at it.
    if (loop.host.virtual) loop.foreignWork.add(this);
  }

  override get [Symbol.toStringTag](): string {
    return "ClusterJob";
  }

  running(): boolean {
    return this.#isRunning;
  }

  override cancel(reason?: unknown): boolean {
    if (!super.cancel(reason)) return false;
    this.#ended();
    this.#owner.cancelled(this as RemoteJob<unknown>, reason);
    return true;
  }

  reports<P = unknown>(): Reports<P> {
    return (this.#reports ??= this.#channel()) as Reports<P>;
  }

  life(): Reports<LifeStep> {
    return (this.#life ??= this.#channel());
  }

  /** Something has happened to it, short of its end. */
  happened({ event, at, data }: JobEvent): void {
    if (event === "progress") {
      if (this.#reports === null || this.done()) return;
      try {
        this.#reports.put(decode(data));
      } catch {
        // Not written by one of our workers.
      }
      return;
    }
    if (event !== "added") this.#isRunning = event === "active";
    this.#life?.put({ event, at });
  }

  succeeded(returnvalue: unknown): void {
    if (this.done()) return;
    try {
      this.finish(decode(returnvalue) as T);
      this.#ended();
    } catch (cause) {
      this.failed(new RuntimeError(`the result of ${this.name}() can't be read`, { cause }));
    }
  }

  /** @param error - a `CancelledError` cancels it */
  failed(error: unknown): void {
    if (this.done()) return;
    if (error instanceof CancelledError) super.cancel(error.reason);
    else this.fail(error);
    this.#ended();
  }

  /** The engine has given it up: no worker came to its end. */
  broke(failedReason: string): void {
    if (failedReason.startsWith(CANCELLED)) {
      this.failed(new CancelledError(failedReason.slice(CANCELLED.length) || undefined));
      return;
    }
    this.failed(
      failedReason === STALLED
        ? new BrokenWorkerError(
            `the workers of ${this.name}() ended, one after the other, before it did: ${failedReason}`,
          )
        : new Error(failedReason),
    );
  }

  /** Somebody has taken it out of the queue. */
  removed(): void {
    this.failed(new CancelledError("it was removed from the queue"));
  }

  unknown(): void {
    this.failed(new UnknownJobError(`there is no job ${JSON.stringify(this.id)} in the queue`));
  }

  foreignWait(): string {
    return `${this.name}() in the cluster`;
  }

  #channel<P>(): ReportChannel<P> {
    const channel = new ReportChannel<P>();
    if (this.done()) channel.end();
    return channel;
  }

  #ended(): void {
    this.#isRunning = false;
    this.#reports?.end();
    this.#life?.end();
    this.getLoop().foreignWork.delete(this);
  }

  protected override describeSelf(): string {
    const state = this.done() ? "" : this.#isRunning ? " running" : " waiting";
    return `${super.describeSelf()}${state} ${this.name}() id=${this.id}`;
  }
}
