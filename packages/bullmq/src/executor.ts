/// <reference lib="esnext.disposable" preserve="true" />
import { randomUUID } from "node:crypto";
import {
  type Body,
  checkOptionNames,
  type Delay,
  describe,
  type Executor,
  loopForNew,
  type OptionNames,
} from "@tsyncio/contract";
import type { AnyFunction, MapOptions, Results } from "@tsyncio/executors";
import { checkNotLoading, checkSendable, LocalQueue, mapCalls, terminateAfter } from "@tsyncio/executors/kit";
import type { JobsOptions as EngineOptions } from "bullmq";
import { Cluster } from "./cluster.js";
import { encodeCopy } from "./codec.js";
import { functionName } from "./function-name.js";
import type { JobData } from "./job-data.js";
import {
  CLUSTER_OPTIONS,
  type ClusterJobOptions,
  type ClusterOptions,
  checkCluster,
  checkJobId,
  engineOptions,
  JOB_OPTIONS,
  JOBS_OPTIONS,
  milliseconds,
  parseRedis,
} from "./options.js";
import { type ClusterJob, type RemoteCall, RemoteJob } from "./remote-job.js";

/** How a {@link BullMQExecutor} is made: what is said of jobs holds for all that `with` does not say otherwise of. */
export interface BullMQExecutorOptions extends ClusterOptions, Omit<ClusterJobOptions, "jobId"> {
  /** How long a job that is submitted may take to come to Redis until it fails, and is not sent any more. Left out: `"5s"`. */
  connectTimeout?: Delay | undefined;
}

const EXECUTOR_OPTIONS: OptionNames<BullMQExecutorOptions> = {
  ...CLUSTER_OPTIONS,
  ...JOBS_OPTIONS,
  connectTimeout: true,
};

/**
 * Runs functions on many machines, with the interface of the other executors: jobs lie in a queue of BullMQ, and workers that were started with
 * `tsyncio worker`, on any number of hosts that reach the same Redis, take them.
 *
 *     await using cluster = new BullMQExecutor({ redis: "redis://queue.internal:6379" });
 *     const digest = await cluster.submit(hash, "a.iso");
 *
 * Each job runs at least once: one whose worker dies is run again by another one. Connects with the first job; holds the process while it
 * waits for jobs.
 */
export class BullMQExecutor implements Executor {
  #cluster: Cluster;
  readonly #options: BullMQExecutorOptions;
  #jobId: string | undefined;
  readonly #engineOptions: EngineOptions;

  constructor(options: BullMQExecutorOptions = {}) {
    checkOptionNames("BullMQExecutor()", options, EXECUTOR_OPTIONS);
    const place = checkCluster(options);
    parseRedis(options.redis);
    this.#cluster = new Cluster(place, milliseconds(options.connectTimeout ?? "5s", "connectTimeout"));
    this.#options = options;
    this.#engineOptions = engineOptions(options);
    terminateAfter(options);
  }

  /**
   * Has some worker call `fn(...args)` (`Executor.submit`), and gives the future of the result. Jobs without priorities and delays begin in the
   * order of their submits.
   * @param fn - an exported function that `remote()` knows; workers have it when they were started with its module
   * @param args - are copied at the call
   * @throws `TypeError` for functions and arguments that can't be sent, `RuntimeError` after a shutdown: at the call. The job fails with a
   * `RedisConnectionError` when there is no Redis, with a `BrokenWorkerError` when too many workers died of it, and with what `fn` throws.
   */
  submit<A extends unknown[], T>(fn: Body<A, T>, ...args: A): ClusterJob<T>;
  submit<A extends unknown[], T>(fn: (...args: A) => T, ...args: A): ClusterJob<T>;
  submit<A extends unknown[], T>(fn: Body<A, T> | ((...args: A) => T), ...args: A): ClusterJob<T>;
  submit(fn: AnyFunction, ...args: unknown[]): ClusterJob<unknown> {
    return this.#submit(fn, args, false);
  }

  /**
   * Calls `fn` for each item of an iterable, or with an item of each of several, until the shortest ends (`Executor.map`). Everything is
   * submitted at the call; the results come in that order, for `for await` and `forEach`. Leaving the iteration cancels what has not ended.
   */
  map<A, T>(fn: Body<[A], T>, items: Iterable<A>, options?: MapOptions): Results<T>;
  map<A, T>(fn: (item: A) => T, items: Iterable<A>, options?: MapOptions): Results<T>;
  map<A, B, T>(fn: Body<[A, B], T>, a: Iterable<A>, b: Iterable<B>, options?: MapOptions): Results<T>;
  map<A, B, T>(fn: (a: A, b: B) => T, a: Iterable<A>, b: Iterable<B>, options?: MapOptions): Results<T>;
  map<A extends unknown[], T>(
    fn: Body<A, T> | ((...args: A) => T),
    ...rest: [...{ [K in keyof A]: Iterable<A[K]> }, MapOptions?]
  ): Results<T>;
  map(fn: AnyFunction, ...rest: unknown[]): Results<unknown> {
    if (this.#jobId !== undefined) throw new TypeError("map() makes many jobs, which can't share a jobId");
    return mapCalls((args, isChunk) => this.#submit(fn, args, isChunk), rest);
  }

  /** The same cluster, with other options for the jobs that are submitted through it: `cluster.with({ attempts: 3 }).submit(…)`. */
  with(options: ClusterJobOptions): BullMQExecutor {
    checkOptionNames("with()", options, JOB_OPTIONS);
    const { jobId, ...others } = { jobId: this.#jobId, ...options };
    if (jobId !== undefined) checkJobId(jobId);
    const other = new BullMQExecutor({ ...this.#options, ...others });
    other.#cluster = this.#cluster;
    other.#jobId = jobId;
    return other;
  }

  /**
   * The future of a job that was submitted elsewhere, or before this process started, by its id.
   * It fails with an `UnknownJobError` when there is none in the queue.
   */
  attach<T = unknown>(jobId: string): ClusterJob<T> {
    this.#cluster.checkOpen();
    if (typeof jobId !== "string" || jobId === "") {
      throw new TypeError(`the id of a job was expected by attach(), got ${describe(jobId)}`);
    }
    return this.#add({ id: jobId, name: "a job", sent: null, mayBeOld: true }) as ClusterJob<T>;
  }

  /**
   * Takes no more jobs (`Executor.shutdown`), and closes the connections when those that it has are done. Harmless the second time; one that
   * no longer waits (`wait: false`), while another does, leaves them to the cluster.
   * @param options - `wait`: whether the promise resolves when all that is over, or at once; left out: when it is over. `cancelFutures`:
   * whether the jobs that have not begun are cancelled.
   */
  shutdown(options: { wait?: boolean; cancelFutures?: boolean } = {}): Promise<void> {
    checkOptionNames("shutdown()", options, { wait: true, cancelFutures: true });
    return this.#cluster.shutdown(options.wait ?? true, options.cancelFutures ?? false);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #submit(fn: AnyFunction, args: unknown[], isChunk: boolean): ClusterJob<unknown> {
    this.#cluster.checkOpen();
    checkNotLoading();
    if (typeof fn !== "function") throw new TypeError(`a function was expected by submit(), got ${describe(fn)}`);
    const { fn: fullName, name } = functionName(fn);
    for (const [index, arg] of args.entries()) {
      const what = () => (isChunk ? `an item for ${name}()` : `argument ${index + 1} of ${name}()`);
      if (arg instanceof LocalQueue)
        throw new TypeError(`${what()} is a queue, which can't be handed to other machines`);
      checkSendable(arg, what, "process", []);
    }
    const { onCancel, grace } = this.#options;
    const jobId = this.#jobId;
    const data: JobData = {
      fn: fullName,
      args: encodeCopy(args),
      ...(isChunk && { isChunk }),
      ...(onCancel !== undefined && { onCancel }),
      ...(grace !== undefined && { grace }),
    };
    const sent = { data, options: this.#engineOptions };
    return this.#add({ id: jobId ?? randomUUID(), name, sent, mayBeOld: jobId !== undefined });
  }

  #add(call: Omit<RemoteCall, "deadline">): ClusterJob<unknown> {
    const job = new RemoteJob<unknown>(loopForNew(), this.#cluster, { ...call, deadline: this.#cluster.deadline });
    this.#cluster.add(job);
    return job;
  }
}
