import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BullMQExecutor, type BullMQExecutorOptions, type BullMQWorkerOptions, startWorker } from "@tsyncio/bullmq";
import { type Redis, startRedis } from "@tsyncio/test-support";
import { afterAll, afterEach, beforeAll, onTestFinished } from "vitest";

/** The functions that workers have. */
export const functions: string = new URL("./work/functions.ts", import.meta.url).href;

let lastQueue = 0;

/** A Redis for the tests of a file; each test has a queue of its own in it. */
export function clusters() {
  let redis: Redis;
  let queue = "";
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  afterEach(() => {
    queue = "";
  });
  const place = () => {
    queue ||= `test-${++lastQueue}`;
    return { redis: redis.url, queue };
  };
  return {
    place,
    redis: () => redis,
    executor(options: BullMQExecutorOptions = {}): BullMQExecutor {
      const executor = new BullMQExecutor({ ...place(), ...options });
      onTestFinished(() => executor.shutdown({ cancelFutures: true }));
      return executor;
    },
    async worker(options: BullMQWorkerOptions = {}) {
      const worker = await startWorker([functions], { ...place(), lease: "500ms", concurrency: 2, ...options });
      onTestFinished(() => worker.close({ grace: 0 }));
      return worker;
    },
  };
}

/** A file in which jobs leave lines, and a gate that they wait at. */
export async function notebook() {
  const folder = await mkdtemp(join(tmpdir(), "tsyncio-bullmq-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [file, gate] = [join(folder, "lines"), join(folder, "gate")];
  const lines = () => (existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : []);
  return {
    file,
    gate,
    lines,
    open: () => writeFileSync(gate, ""),
    /** Resolves when it has so many lines. */
    has: (count: number) => until(() => lines().length >= count),
  };
}

/** Looks again and again until it holds: for what other processes do. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** All that an iterable gives. */
export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}
