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
      const worker = await startWorker([functions], { ...place(), lease: "5s", concurrency: 2, ...options });
      onTestFinished(() => worker.close({ grace: 0 }));
      return worker;
    },
  };
}

/** All that an iterable gives. */
export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}
