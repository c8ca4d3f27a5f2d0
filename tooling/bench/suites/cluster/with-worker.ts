import { fork } from "node:child_process";
import { once } from "node:events";
import { startRedis } from "@tsyncio/test-support/redis";

/** Has `body` work with a Redis and a worker, a process of its own that takes two jobs at a time, and ends both. */
export async function withWorker(file: string, args: readonly string[], body: (url: string) => Promise<void>) {
  // Neither peer is to wait for the disk.
  const redis = await startRedis({ persists: false });
  const worker = fork(new URL(file, import.meta.url), [redis.url, ...args]);
  try {
    await once(worker, "message");
    await body(redis.url);
  } finally {
    worker.kill("SIGKILL");
    await redis.stop();
  }
}

export const queue = "bench";

/** So many no-ops come before what is measured, for the worker is a new one. */
export const warmUp = 1000;
