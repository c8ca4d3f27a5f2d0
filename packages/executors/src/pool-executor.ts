/// <reference lib="esnext.disposable" preserve="true" />
import {
  type Body,
  type Context,
  checkOptionNames,
  type Delay,
  describe,
  type Executor,
  loopForNew,
  type OptionNames,
  parseDelay,
  ValueError,
} from "@tsyncio/contract";
import type { Queue } from "@tsyncio/sync";
import { copyContext } from "@tsyncio/tasks";
import { builtin } from "./host.js";
import { type Job, type JobOptions, PoolJob } from "./job.js";
import { JobQueue } from "./job-queue.js";
import { type MapOptions, mapCalls, type Results } from "./map.js";
import { pack } from "./packed.js";
import { LocalQueue } from "./queue-proxy.js";
import { type AnyFunction, exportOf } from "./remote.js";
import { sourceOf } from "./self-contained.js";
import { checkSendable, isPrimitive, type Medium } from "./sendable.js";
import { takeTransfers } from "./transfer.js";
import { HAS_QUEUES, IS_CHUNK, IS_SOURCE, type SentMessage, type SentQueue } from "./wire.js";
import type { PoolOwner, WorkerOptions, WorkerPool } from "./worker-pool.js";

/** What becomes of a job that is cancelled while it runs. */
export interface CancelOptions {
  /**
   * `"leave"`: it is told, and runs on if it does not care, as in asyncio. `"terminate"`: its worker is ended, and the next job gets a new one.
   * Left out: `"leave"`.
   */
  onCancel?: "leave" | "terminate" | undefined;
  /** With `"terminate"`: how long it may take to end by itself. Left out: no time. */
  grace?: Delay | undefined;
}

const CANCEL_OPTIONS: OptionNames<CancelOptions> = { onCancel: true, grace: true };

/** How an executor is made. */
export interface PoolOptions extends CancelOptions, WorkerOptions {
  /** Functions of this thread that jobs may call by name: `runCoroutineThreadsafe("lookup", key)`. */
  functions?: Readonly<Record<string, AnyFunction>> | undefined;
  /** How long a worker may be idle until it is ended; `null`, or left out: until the shutdown. Idle workers hold no process. */
  idleTimeout?: Delay | null | undefined;
}

/** Those of processes. */
export const PROCESS_OPTIONS: OptionNames<Omit<PoolOptions, "resourceLimits">> = {
  ...CANCEL_OPTIONS,
  functions: true,
  idleTimeout: true,
  env: true,
  execArgv: true,
};
export const THREAD_OPTIONS: OptionNames<PoolOptions> = { ...PROCESS_OPTIONS, resourceLimits: true };

/** Has one job call `fn` with each of several lists of arguments: for executors that hand on what others were given. */
export let submitChunk: (pool: PoolExecutor, fn: AnyFunction, lists: unknown[][]) => Job<unknown[]>;

/** @internal Starts the workers of an executor. */
export type StartWorkers = (count: number, idleMs: number, options: WorkerOptions, owner: PoolOwner) => WorkerPool;

/** What all executors of this package do. Make a {@link ThreadPoolExecutor} or a {@link ProcessPoolExecutor}. */
export class PoolExecutor implements Executor {
  static {
    submitChunk = (pool, fn, lists) => pool.#submit(fn, lists, IS_CHUNK) as Job<unknown[]>;
  }

  readonly #queue: JobQueue;
  readonly #medium: Medium;
  readonly #functions: Readonly<Record<string, AnyFunction>> | null;
  readonly #terminateAfter: number | null;
  /** Of jobs that call nothing back: most of them share these. */
  readonly #plainOptions: JobOptions;

  /** @internal */
  constructor(queue: JobQueue, medium: Medium, options: PoolOptions) {
    this.#queue = queue;
    this.#medium = medium;
    this.#functions = checkFunctions(options.functions);
    this.#terminateAfter = terminateAfter(options);
    this.#plainOptions = this.#optionsWith(NO_QUEUES, null);
  }

  /**
   * Has a worker call `fn(...args)` (`Executor.submit`), and gives the future of the result. Jobs begin in the order of their submits.
   * @param fn - an exported function that {@link remote} knows, or a function that uses nothing from outside of it. A coroutine function or an
   * async function runs as a task on the worker's own loop.
   * @param args - are copied at the call, or handed over where {@link transfer} says so
   * @throws `TypeError` for functions and arguments that can't be sent, `RuntimeError` after a shutdown: at the call.
   */
  submit<A extends unknown[], T>(fn: Body<A, T>, ...args: A): Job<T>;
  submit<A extends unknown[], T>(fn: (...args: A) => T, ...args: A): Job<T>;
  submit<A extends unknown[], T>(fn: Body<A, T> | ((...args: A) => T), ...args: A): Job<T>;
  submit(fn: AnyFunction, ...args: unknown[]): Job<unknown> {
    return this.#submit(fn, args, 0);
  }

  /**
   * Calls `fn` for each item of an iterable, or with an item of each of several, until the shortest ends (`Executor.map`). Everything is
   * submitted at the call; the results come in that order, for `for await` and `forEach`. Leaving the iteration cancels what has not begun.
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
    const submit = (args: unknown[], isChunk: boolean) => this.#submit(fn, args, isChunk ? IS_CHUNK : 0);
    return mapCalls(submit, rest);
  }

  /** The same workers and the same queue, with other options for the jobs that are submitted through it. */
  with(options: CancelOptions): PoolExecutor {
    return new PoolExecutor(this.#queue, this.#medium, {
      ...checkOptionNames("with()", options, CANCEL_OPTIONS),
      functions: this.#functions ?? undefined,
    });
  }

  /**
   * Takes no more jobs (`Executor.shutdown`), and ends the workers when the jobs it has are done. Harmless the second time; one that no
   * longer waits (`wait: false`), while another does, ends the workers at once.
   * @param options - `wait`: whether the promise resolves when all that is over, or at once; left out: when it is over. `cancelFutures`:
   * whether the jobs that have not begun are cancelled.
   */
  shutdown(options: { wait?: boolean; cancelFutures?: boolean } = {}): Promise<void> {
    checkOptionNames("shutdown()", options, { wait: true, cancelFutures: true });
    return this.#queue.shutdown(options.wait ?? true, options.cancelFutures ?? false);
  }

  /** Ends every worker that runs a job now (`ProcessPoolExecutor.terminate_workers`): these jobs fail, others get new workers. */
  terminateWorkers(): void {
    this.#queue.terminateWorkers();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #submit(fn: AnyFunction, args: unknown[], flags: number): Job<unknown> {
    this.#queue.checkOpen();
    if (typeof fn !== "function") throw new TypeError(`a function was expected by submit(), got ${describe(fn)}`);
    const found = exportOf(fn);
    const where = found?.url ?? sourceOf(fn);
    const name = found?.name ?? fn.name;
    const transfer = takeTransfers(args);
    let queues = NO_QUEUES;
    for (const [index, arg] of args.entries()) {
      if (isPrimitive(arg)) continue;
      if (arg instanceof LocalQueue) {
        args[index] = { "tsyncio:queue": queues.length } satisfies SentQueue;
        queues = [...queues, arg.queue];
        continue;
      }
      const what = () =>
        flags === IS_CHUNK ? `an item for ${name}()` : `argument ${index + 1} of ${name || "the function"}()`;
      checkSendable(arg, what, this.#medium, transfer);
    }
    const allFlags = flags | (found === undefined ? IS_SOURCE : 0) | (queues.length > 0 ? HAS_QUEUES : 0);
    const sent = this.#medium === "process" ? pack(args, args.every(isPrimitive)) : args;
    const message: SentMessage = [0, where, name, sent, allFlags];
    const isPlain = queues === NO_QUEUES && this.#functions === null;
    const options = isPlain ? this.#plainOptions : this.#optionsWith(queues, copyContext());
    const job = new PoolJob<unknown>(loopForNew(), this.#queue, message, transfer, options);
    this.#queue.add(job);
    return job;
  }

  #optionsWith(queues: readonly Queue<unknown>[], context: Context | null): JobOptions {
    const targets = { medium: this.#medium, functions: this.#functions ?? {}, queues, context };
    return { terminateAfter: this.#terminateAfter, targets };
  }
}

const NO_QUEUES: readonly Queue<unknown>[] = [];

/** @internal The queue of a new executor. */
export function makeQueue(
  kind: string,
  start: StartWorkers,
  maxWorkers: number | null,
  options: PoolOptions,
): JobQueue {
  if (maxWorkers !== null && !(Number.isInteger(maxWorkers) && maxWorkers > 0)) {
    const message = `maxWorkers must be a whole number greater than 0, got ${describe(maxWorkers)}`;
    throw typeof maxWorkers === "number" ? new ValueError(message) : new TypeError(message);
  }
  const count = maxWorkers ?? builtin("node:os").availableParallelism();
  const idle = options.idleTimeout ?? null;
  // The pools keep time by the host's timers.
  const idleMs =
    idle === null ? Number.POSITIVE_INFINITY : Math.min(parseDelay(idle, "idleTimeout") * 1000, 2 ** 31 - 1);
  const { env, execArgv, resourceLimits } = options;
  const given = { env, execArgv, resourceLimits };
  const workerOptions = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return new JobQueue(kind, count, (owner) => start(count, idleMs, workerOptions, owner));
}

function checkFunctions(functions: PoolOptions["functions"]): Readonly<Record<string, AnyFunction>> | null {
  if (functions === undefined) return null;
  if (typeof functions !== "object" || functions === null) {
    throw new TypeError(`functions must be an object, got ${describe(functions)}`);
  }
  for (const [name, fn] of Object.entries(functions)) {
    if (typeof fn !== "function") throw new TypeError(`functions.${name} must be a function, got ${describe(fn)}`);
  }
  return functions;
}

/**
 * How long a cancelled job may take to end by itself until its worker is ended, in seconds; `null`: as long as it likes.
 * @throws for options that say nothing of the kind.
 */
export function terminateAfter(options: CancelOptions): number | null {
  const { onCancel = "leave", grace = 0 } = options;
  const seconds = parseDelay(grace, "grace");
  if (onCancel === "leave") return null;
  if (onCancel === "terminate") return seconds;
  throw new ValueError(`onCancel must be "leave" or "terminate", got ${describe(onCancel)}`);
}
