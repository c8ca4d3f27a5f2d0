import { startWorker } from "@tsyncio/bullmq";
import { queue } from "./with-worker.ts";

const work = new URL("../executors/work.ts", import.meta.url);
await startWorker([work], { redis: process.argv[2] as string, queue, concurrency: 2 });
process.send?.("ready");
