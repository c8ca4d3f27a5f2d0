// A map over a cluster, whose machines are all this one: a Redis, and two workers that are processes of their own. Elsewhere they would be
// started just so. The function that they run is in 41-cluster.work.ts.
import { fileURLToPath } from "node:url";
import { BullMQExecutor } from "@tsyncio/bullmq";
import { DEVNULL, FileNotFoundError, startServer, subprocess } from "tsyncio";
import { countPrimes } from "./41-cluster.work.ts";

const quiet = { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL } as const;
const [tsyncio = "", work = ""] = ["../dist/cli/main.js", "./41-cluster.work.ts"].map((file) =>
  fileURLToPath(new URL(file, import.meta.url)),
);

/** A port on which nobody listens. */
async function freePort() {
  await using server = await startServer(() => {}, "127.0.0.1", 0);
  return server.port;
}

const withWorker = (redis: string, body: () => Promise<void>) =>
  subprocess(process.execPath, [tsyncio, "worker", "--redis", redis, "--concurrency", "1", work], body, quiet);

async function showPrimes(redis: string) {
  const start = performance.now();
  // Nobody waits for anybody to be ready: jobs are sent when there is a Redis, and begin when there is a worker.
  await using cluster = new BullMQExecutor({ redis, connectTimeout: "20s" });
  const limits = [10, 1_000, 100_000, 10_000_000];
  for await (const count of cluster.map(countPrimes, limits)) console.log(`${count} primes below ${limits.shift()}`);
  console.log(`took ${((performance.now() - start) / 1000).toFixed(2)} s`);
}

export async function main() {
  const port = String(await freePort());
  const redis = `redis://127.0.0.1:${port}`;
  const options = ["--port", port, "--bind", "127.0.0.1", "--save", ""];
  try {
    await subprocess(
      "redis-server",
      options,
      () => withWorker(redis, () => withWorker(redis, () => showPrimes(redis))),
      quiet,
    );
  } catch (error) {
    if (!(error instanceof FileNotFoundError)) throw error;
    console.log("There is no redis-server on this machine: this step needs one.");
  }
}
