import { deepEqual, equal, rejects } from "node:assert/strict";
import {
  BrokenWorkerError,
  type PoolExecutor,
  ProcessPoolExecutor,
  queueProxy,
  ThreadPoolExecutor,
  toThread,
  transfer,
} from "@tsyncio/executors";
import { getEventLoop } from "@tsyncio/loop";
import { Queue } from "@tsyncio/sync";
import type { Case } from "../case.js";
import { add, ask, bytes, count, exit, fail, spin, sum } from "../workers/functions.js";

const functions = { lookup: async (key: string) => `${key}!` };

/** What holds for every kind of pool. */
const laws: Record<string, (pool: PoolExecutor) => Promise<void>> = {
  async "gives results and errors"(pool) {
    equal(await pool.submit(add, 1, 2), 3);
    equal(await pool.submit(async (n: number) => n + 1, 1), 2);
    await rejects(pool.submit(fail), (error: Error) => {
      return error instanceof RangeError && error.message === "no" && (error.cause as Error).message === "why";
    });
  },
  async "sends reports, all of them"(pool) {
    const job = pool.submit(count, 5);
    const reports: unknown[] = [];
    for await (const n of job.reports()) reports.push(n);
    deepEqual([reports, await job], [[1, 2, 3, 4, 5], 5]);
  },
  async "replaces a worker that exits"(pool) {
    await rejects(pool.submit(exit), BrokenWorkerError);
    equal(await pool.submit(add, 1, 2), 3);
  },
  async "calls back into the loop"(pool) {
    equal(await pool.submit(ask, "key"), "key!");
  },
  async "takes from a queue"(pool) {
    const queue = new Queue<number>(1);
    const job = pool.submit(sum, queueProxy(queue));
    for (const n of [1, 2, 3]) await queue.put(n);
    queue.shutdown();
    equal(await job, 6);
  },
  async "ends a worker that computes for ever"(pool) {
    const endless = () => {
      for (;;);
    };
    const job = pool.with({ onCancel: "terminate" }).submit(endless);
    await pool.submit(add, 1, 1);
    job.cancel();
    deepEqual(await Promise.all([pool.submit(add, 1, 1), pool.submit(add, 1, 1)]), [2, 2]);
  },
};

const onNodeOnly = "a ProcessPoolExecutor needs Node";

const casesOf = (kind: string, make: () => PoolExecutor, skip: Case["skip"] = {}): Case[] =>
  Object.entries(laws).map(([name, law]) => ({
    name: `a pool of ${kind} ${name}`,
    skip,
    async run() {
      const pool = make();
      try {
        await law(pool);
      } finally {
        await pool.shutdown();
      }
    },
  }));

export const cases: readonly Case[] = [
  ...casesOf("threads", () => new ThreadPoolExecutor(2, { functions })),
  ...casesOf("processes", () => new ProcessPoolExecutor(2, { functions }), { bun: onNodeOnly, deno: onNodeOnly }),
  {
    name: "a thread that computes learns of its cancellation",
    async run() {
      const pool = new ThreadPoolExecutor(1);
      const job = pool.submit(spin);
      for await (const _ of job.reports()) break;
      job.cancel();
      equal(await pool.submit(add, 1, 2), 3);
      await pool.shutdown();
    },
  },
  {
    name: "memory is handed over, in both directions",
    async run() {
      const pool = new ThreadPoolExecutor(1);
      equal((await pool.submit(bytes, 100)).length, 100);
      const mine = new Uint8Array([1, 2]);
      equal(await pool.submit((given: Uint8Array) => given.length, transfer(mine)), 2);
      equal(mine.length, 0);
      await pool.shutdown();
    },
  },
  {
    name: "toThread runs on the default executor of the loop",
    async run() {
      equal(await toThread((n: number) => n * 2, 21), 42);
      await getEventLoop().shutdownDefaultExecutor();
    },
  },
];
