import { hasRedis } from "@tsyncio/test-support/redis";
import type { Case, Suite } from "../../src/suite.ts";

const onWorker = (name: string, program: string, n: number): Case => ({
  name,
  unit: "ns per job",
  meter: "elapsed",
  program,
  n,
  ours: [{ label: "async", syntax: "async" }],
  peers: ["bullmq", "bullmq, threads"],
});

export const cluster: Suite = {
  name: "cluster",
  about: "jobs through Redis, in a worker process with two jobs at a time",
  needs: { program: "redis-server", isThere: hasRedis },
  cases: [
    onWorker("10k no-ops on a worker", "noops", 10_000),
    onWorker("200 hashes of 10 ms on a worker", "hashes", 200),
  ],
};
