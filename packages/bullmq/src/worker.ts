/// <reference lib="esnext.disposable" preserve="true" />
import { availableParallelism, hostname } from "node:os";
import { checkOptionNames, type Delay, type OptionNames, ValueError } from "@tsyncio/contract";
import { type PoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor } from "@tsyncio/executors";
import { type Connection, connect, isDisconnection, lastIdBefore } from "./connection.js";
import { EngineEvents } from "./engine-events.js";
import { EngineWorker } from "./engine-worker.js";
import { RedisConnectionError } from "./errors.js";
import { CANCELLED, type Cancellation, controlQueue } from "./job-data.js";
import { JobRuns } from "./job-runs.js";
import { CLUSTER_OPTIONS, type ClusterOptions, checkCluster, checkWhole, milliseconds, parseRedis } from "./options.js";
import { loadFunctions } from "./worker-modules.js";

/** How a worker is started. */
export interface BullMQWorkerOptions extends ClusterOptions {
  /** How many jobs it runs at a time, each in a thread of its own. Left out: one for each core. */
  concurrency?: number | undefined;
  /** Runs jobs in child processes instead of threads: for what may crash. */
  processes?: boolean | undefined;
  /** For how long a job is the worker's without a sign of life; then others may take it. Left out: `"30s"`. */
  lease?: Delay | undefined;
  /** How many workers may die of the same job until it fails. Left out: 3. */
  maxStalledCount?: number | undefined;
  /** What it is called in the engine's records. Left out: its host's name and process id. */
  name?: string | undefined;
  /** How long to wait for Redis at the start. Left out: `"5s"`. */
  connectTimeout?: Delay | undefined;
  /** Is told what the worker does. */
  onEvent?: ((event: WorkerEvent) => void) | undefined;
}

const WORKER_OPTIONS: OptionNames<BullMQWorkerOptions> = {
  ...CLUSTER_OPTIONS,
  concurrency: true,
  processes: true,
  lease: true,
  maxStalledCount: true,
  name: true,
  connectTimeout: true,
  onEvent: true,
};

/** How long it may take to give jobs back. */
const GIVE_BACK_MS = 1000;

/** What a worker tells. */
export type WorkerEvent =
  | { readonly event: "active" | "completed" | "cancelled" | "returned"; readonly job: string; readonly id: string }
  | { readonly event: "failed"; readonly job: string; readonly id: string; readonly error: unknown }
  | { readonly event: "stalled" | "lost"; readonly id: string }
  | { readonly event: "error"; readonly error: Error };

/** A worker of a cluster. */
export interface BullMQWorker extends AsyncDisposable {
  /** The names of the functions that it runs. */
  readonly functions: readonly string[];
  /**
   * Takes no more jobs, and ends when those that it runs have ended. Those that take longer than `grace` are cancelled and returned to the queue, for
   * another worker.
   * @param options - `grace`: left out: no limit
   */
  close(options?: { grace?: Delay | null }): Promise<void>;
}

/**
 * Starts a worker: it takes jobs of a {@link BullMQExecutor} from the queue, and runs those functions that the given modules export in threads of its
 * own. What `tsyncio worker` does.
 * @param modules - URLs of files, or of Node's own modules (`"node:crypto"`)
 * @throws `ValueError` when a module is missing, can't be loaded or exports no function, and `RedisConnectionError` when there is no Redis: then
 * nothing is left of it.
 */
export async function startWorker(
  modules: readonly (string | URL)[],
  options: BullMQWorkerOptions = {},
): Promise<BullMQWorker> {
  const checked = checkWorker(options);
  if (!Array.isArray(modules) || modules.length === 0) {
    throw new ValueError("a worker needs the modules whose functions it is to run, and was given none");
  }
  const pool = checked.processes
    ? new ProcessPoolExecutor(checked.concurrency)
    : new ThreadPoolExecutor(checked.concurrency);
  const { connectTimeout } = checked;
  const connection = connect(options.redis, { connectTimeout, lazyConnect: true });
  try {
    const functions = await loadFunctions(pool, modules);
    const deadline = performance.now() + connectTimeout;
    for (;;) {
      const left = deadline - performance.now();
      const lastEventId = lastIdBefore(await firstAnswer(connection, options.redis, left));
      const worker = new RunningWorker(pool, connection, new JobRuns(pool, functions), checked, lastEventId);
      try {
        await worker.begin(checked);
        return worker;
      } catch (error) {
        // A connection that is lost so early is no worse than one that was not there yet.
        if (!isDisconnection(error) || performance.now() > deadline) throw error;
      }
    }
  } catch (error) {
    connection.closeAll();
    await pool.shutdown();
    throw error;
  }
}

type Checked = ReturnType<typeof checkWorker>;

function checkWorker(options: BullMQWorkerOptions) {
  checkOptionNames("startWorker()", options, WORKER_OPTIONS);
  const cluster = checkCluster(options);
  parseRedis(options.redis);
  const { concurrency = availableParallelism(), processes = false, maxStalledCount = 3 } = options;
  checkWhole("concurrency", concurrency, 1, Number.MAX_SAFE_INTEGER);
  checkWhole("maxStalledCount", maxStalledCount, 0, Number.MAX_SAFE_INTEGER);
  const lease = milliseconds(options.lease ?? "30s", "lease");
  if (lease < 100) throw new ValueError(`lease must be at least "100ms", got ${String(options.lease)}`);
  const { name = `${hostname()}-${process.pid}`, onEvent = () => {} } = options;
  const connectTimeout = milliseconds(options.connectTimeout ?? "5s", "connectTimeout");
  return { ...cluster, concurrency, processes, maxStalledCount, lease, name, onEvent, connectTimeout };
}

/** What time it is in Redis: its first answer. */
async function firstAnswer(connection: Connection, redis: ClusterOptions["redis"], timeout: number): Promise<number[]> {
  let problem: Error | null = null;
  const onError = (error: Error) => {
    problem = error;
  };
  let ask = () => {};
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const { shown } = parseRedis(redis);
      const { name, message } = problem ?? { name: "", message: "no answer" };
      const what = name === "ReplyError" ? `the Redis at ${shown} can't be used` : `there is no Redis at ${shown}`;
      reject(new RedisConnectionError(`${what}: ${message}`, { cause: problem }));
    }, timeout);
  });
  const first = new Promise<number[]>((resolve) => {
    ask = () => {
      connection.time().then(resolve, (error: Error) => {
        if (connection.status === "ready") problem = error;
      });
    };
    connection.on("error", onError).on("ready", ask);
    if (connection.status === "ready") ask();
  });
  connection.connect().catch(() => {});
  try {
    return await Promise.race([first, late]);
  } finally {
    clearTimeout(timer);
    connection.off("error", onError).off("ready", ask);
  }
}

class RunningWorker implements BullMQWorker {
  readonly #pool: PoolExecutor;
  readonly #connection: Connection;
  readonly #runs: JobRuns;
  readonly #worker: EngineWorker;
  readonly #control: EngineEvents;
  #closing: Promise<void> | null = null;

  constructor(pool: PoolExecutor, connection: Connection, runs: JobRuns, options: Checked, lastEventId: string) {
    const { queue, prefix, concurrency, lease, maxStalledCount, name, onEvent } = options;
    const place = { connection, ...(prefix !== undefined && { prefix }) };
    this.#pool = pool;
    this.#connection = connection;
    this.#runs = runs;
    this.#worker = new EngineWorker(queue, (job, token) => runs.run(job, token ?? ""), {
      ...place,
      autorun: false,
      name,
      concurrency,
      lockDuration: lease,
      stalledInterval: lease,
      maxStalledCount,
    });
    this.#control = new EngineEvents(controlQueue(queue), { ...place, lastEventId });
    this.#control.on("cancel" as "removed", (word: { jobId: string }, id) => {
      this.#control.told(id);
      runs.cancel(word as Cancellation);
    });
    const onError = (error: Error) => onEvent({ event: "error", error });
    this.#worker.on("error", onError);
    this.#control.on("error", onError);
    this.#worker.on("active", ({ id, name: job }) => onEvent({ event: "active", job, id: String(id) }));
    this.#worker.on("completed", ({ id, name: job }) => onEvent({ event: "completed", job, id: String(id) }));
    this.#worker.on("failed", (failed, error) => {
      const [job, id] = [failed?.name ?? "a job", String(failed?.id)];
      if (error.message.startsWith(CANCELLED)) onEvent({ event: "cancelled", job, id });
      else onEvent({ event: "failed", job, id, error });
    });
    this.#worker.on("stalled", (id) => onEvent({ event: "stalled", id }));
    // It ran too long without a sign of life: another worker has it now.
    this.#worker.on("lockRenewalFailed", (ids) => {
      for (const id of ids) {
        runs.lose(id);
        onEvent({ event: "lost", id });
      }
    });
    runs.onReturned = (job, id) => onEvent({ event: "returned", job, id });
  }

  async begin({ redis, onEvent }: Checked): Promise<void> {
    try {
      await Promise.all([this.#worker.waitUntilReady(), this.#control.waitUntilReady()]);
    } catch (cause) {
      this.#connection.closeCopies();
      await Promise.allSettled([this.#worker.close(), this.#control.close()]);
      const { message } = cause as Error;
      throw new RedisConnectionError(`the Redis at ${parseRedis(redis).shown} can't be used: ${message}`, { cause });
    }
    this.#worker.run().catch((error: Error) => onEvent({ event: "error", error }));
  }

  get functions(): readonly string[] {
    return this.#runs.functions;
  }

  close(options: { grace?: Delay | null } = {}): Promise<void> {
    const { grace = null } = checkOptionNames("close()", options, { grace: true });
    const ms = grace === null ? null : milliseconds(grace, "grace");
    const timer = ms === null ? undefined : setTimeout(() => void this.#hurry(), ms);
    this.#closing ??= this.#close();
    return this.#closing.finally(() => clearTimeout(timer));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Returns what runs. Without a Redis that takes it, it is another worker's when its lease is over. */
  async #hurry(): Promise<void> {
    await this.#runs.returnAll();
    const timer = setTimeout(() => this.#connection.closeAll(), GIVE_BACK_MS);
    await this.#closing;
    clearTimeout(timer);
  }

  async #close(): Promise<void> {
    await this.#worker.close();
    await this.#pool.shutdown();
    await this.#control.close();
    this.#connection.closeAll();
  }
}
