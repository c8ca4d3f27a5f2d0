import { checkOptionNames, RuntimeError } from "@tsyncio/contract";
import { makeQueue, PoolExecutor, type PoolOptions, PROCESS_OPTIONS, THREAD_OPTIONS } from "./pool-executor.js";
import { processWorkers } from "./process-workers.js";
import { threadWorkers } from "./thread-workers.js";

/**
 * Runs functions in worker threads (`concurrent.futures.ThreadPoolExecutor`): one that computes does not hold up the loop, and several
 * use several cores. Threads start when there is work for them, and share memory where they are given a `SharedArrayBuffer`.
 *
 *     await using pool = new ThreadPoolExecutor(4);
 *     const digest = await pool.submit(remote(import.meta.url, hash), file);
 *
 * @param maxWorkers - the most threads at a time; `null`, or left out: one for each core
 */
export class ThreadPoolExecutor extends PoolExecutor {
  constructor(maxWorkers: number | null = null, options: PoolOptions = {}) {
    checkOptionNames("ThreadPoolExecutor()", options, THREAD_OPTIONS);
    super(makeQueue("ThreadPoolExecutor", threadWorkers, maxWorkers, options), "thread", options);
  }
}

/**
 * Runs functions in child processes (`concurrent.futures.ProcessPoolExecutor`): for what may crash, leaks, or does not like threads. Slower to
 * start and to talk to than threads, and nothing is shared.
 *
 * On Node only.
 *
 * @param maxWorkers - the most processes at a time; `null`, or left out: one for each core
 */
export class ProcessPoolExecutor extends PoolExecutor {
  constructor(maxWorkers: number | null = null, options: Omit<PoolOptions, "resourceLimits"> = {}) {
    // Their own child processes don't carry what the pool sends.
    if (globalThis.process?.versions.bun !== undefined || "Deno" in globalThis) {
      throw new RuntimeError("a ProcessPoolExecutor needs Node; on Bun and Deno use a ThreadPoolExecutor");
    }
    checkOptionNames("ProcessPoolExecutor()", options, PROCESS_OPTIONS);
    super(makeQueue("ProcessPoolExecutor", processWorkers, maxWorkers, options), "process", options);
  }
}
