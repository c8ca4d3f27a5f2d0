import type { ForeignWork, LoopContract } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { BackCalls, type CallTargets } from "./back-calls.js";
import { decodeFailure } from "./remote-errors.js";
import { ReportChannel, type ReportSink, type Reports } from "./reports.js";
import type { Transferable } from "./transfer.js";
import { CALL_ENDED, CANCELLED, FULFILLED, type Note, REPORT, type Reply, type SentMessage } from "./wire.js";

/** Who runs a job, as the job sees it. */
export interface JobOwner {
  /** The job was cancelled: it is taken out of the queue, or its worker is told. */
  cancelled(job: PoolJob<unknown>, reason: unknown): void;
  /** Sends a note to the worker that runs the job. */
  post(job: PoolJob<unknown>, note: Note, transfer: readonly Transferable[]): void;
}

/** How a job is run. */
export interface JobOptions {
  /** Whether a cancellation ends the worker that runs the job, and how long it waits for the job to end by itself, in seconds. */
  readonly terminateAfter: number | null;
  /** What it may call back, once it runs. */
  readonly targets: Omit<CallTargets, "loop" | "answer">;
}

let lastId = 0;

/**
 * QUEUED ──a worker is free──▶ RUNNING ──its reply──▶ ENDED; QUEUED ──cancelled──▶ ENDED
 * The future may be done before that: a job that is cancelled while it runs keeps its worker until it ends.
 */
const QUEUED = 0;
const RUNNING = 1;
const ENDED = 2;

/**
 * The future of a function that runs off the loop (`concurrent.futures.Future`, and what `asyncio.wrap_future` makes of it, in one).
 *
 * Cancelling it takes it out of the queue. When it runs already, its future is cancelled at once, and inside the worker `currentSignal()` is
 * aborted, a coroutine or async function gets a `CancelledError` where it waits, and `checkCancelled()` throws; what does not care runs to
 * its end, or is ended with its worker where the executor's option `onCancel` says so.
 */
export interface Job<T> extends Future<T> {
  /** The name of the function. */
  readonly name: string;
  /** Whether a worker has it. */
  running(): boolean;
  /**
   * What the function reports with `report(value)`. Ask for it right after `submit`: what is reported while nobody has asked is dropped.
   */
  reports<P = unknown>(): Reports<P>;
}

/** Has `sink` take what a job reports, right after `submit`: for who hands it on, and needs no iteration. */
export let reportTo: (job: Job<unknown>, sink: ReportSink<unknown>) => void;

/** A job of an executor of this package. */
export class PoolJob<T> extends Future<T> implements Job<T>, ForeignWork {
  static {
    reportTo = (job, sink) => {
      (job as PoolJob<unknown>).#reports = sink;
    };
  }

  readonly id: number = ++lastId;
  readonly options: JobOptions;
  message: SentMessage;
  transfer: readonly Transferable[];
  readonly #owner: JobOwner;
  #state = QUEUED;
  /** A channel, unless it was told otherwise. */
  #reports: ReportSink<unknown> | null = null;
  #calls: BackCalls | null = null;

  constructor(
    loop: LoopContract,
    owner: JobOwner,
    message: SentMessage,
    transfer: readonly Transferable[],
    options: JobOptions,
  ) {
    super({ loop });
    this.#owner = owner;
    message[0] = this.id;
    this.message = message;
    this.transfer = transfer;
    this.options = options;
    // A virtual clock must not jump while a worker is at it.
    if (loop.host.virtual) loop.foreignWork.add(this);
  }

  override get [Symbol.toStringTag](): string {
    return "Job";
  }

  get name(): string {
    return this.message[2];
  }

  running(): boolean {
    return this.#state === RUNNING;
  }

  /** Whether it waits for a worker. */
  queued(): boolean {
    return this.#state === QUEUED;
  }

  override cancel(reason?: unknown): boolean {
    if (!super.cancel(reason)) return false;
    this.#owner.cancelled(this as PoolJob<unknown>, reason);
    this.#reports?.end();
    return true;
  }

  reports<P = unknown>(): Reports<P> {
    if (this.#reports === null) {
      this.#reports = new ReportChannel();
      if (this.done()) this.#reports.end();
    }
    return this.#reports as unknown as Reports<P>;
  }

  started(): void {
    this.#state = RUNNING;
  }

  /** Something came from the worker while the job runs. */
  noted(note: Note): void {
    if (note[1] === REPORT) {
      if (!this.done()) this.#reports?.put(note[2]);
      return;
    }
    this.#calls ??= new BackCalls({
      ...this.options.targets,
      loop: this.getLoop(),
      answer: (call, reply, transfer) =>
        this.#owner.post(this as PoolJob<unknown>, [this.id, CALL_ENDED, call, reply], transfer),
    });
    this.#calls.noted(note);
  }

  /** The worker is done with it. */
  replied(reply: Reply): void {
    this.#end();
    if (this.done()) return;
    if (reply[0] === FULFILLED) this.finish(reply[1] as T);
    else if (reply[0] === CANCELLED) super.cancel(reply[1]);
    else this.fail(decodeFailure(reply[1]));
    this.#reports?.end();
  }

  /** The worker is gone, or did not get it. */
  broke(error: unknown): void {
    this.#end();
    if (this.done()) return;
    this.fail(error);
    this.#reports?.end();
  }

  /** It was cancelled before it ran. */
  dropped(): void {
    this.#end();
  }

  foreignWait(): string {
    return `${this.name}() in a worker`;
  }

  #end(): void {
    this.#state = ENDED;
    this.#calls?.end();
    this.getLoop().foreignWork.delete(this);
  }

  protected override describeSelf(): string {
    const state = this.done() ? "" : this.#state === QUEUED ? " queued" : " running";
    return `${super.describeSelf()}${state} ${this.name || "anonymous"}()`;
  }
}
