import { BullMQExecutor, type ClusterJob } from "@tsyncio/bullmq";
import { gather, remote } from "tsyncio";
import type { Meter } from "../../src/child/meters.ts";
import { queue, warmUp, withWorker } from "./with-worker.ts";

const work = remote<typeof import("../executors/work.ts")>(new URL("../executors/work.ts", import.meta.url));

const jobs = (n: number, meter: Meter, fn: typeof work.noop) =>
  withWorker("./tsyncio-worker.ts", [], async (redis) => {
    const cluster = new BullMQExecutor({ redis, queue });
    const submit = (count: number, fn: typeof work.noop) => {
      const results: ClusterJob<number>[] = [];
      for (let i = 0; i < count; i++) results.push(cluster.submit(fn, i));
      return gather(results);
    };
    await submit(warmUp, work.noop);
    meter.begin();
    await submit(n, fn);
    meter.end();
    await cluster.shutdown();
  });

export const noops = (n: number, meter: Meter) => jobs(n, meter, work.noop);
export const hashes = (n: number, meter: Meter) => jobs(n, meter, work.hash);
