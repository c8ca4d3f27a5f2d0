// In threads if so told ("sandboxed" is their word for it), otherwise on the worker's main thread.
import { Worker } from "bullmq";
import { hash, noop } from "../executors/work.ts";
import { queue } from "./with-worker.ts";

const [url, where] = process.argv.slice(2) as [string, string];
const here = async ({ name, data }: { name: string; data: number }) => (name === "hash" ? hash(data) : noop(data));
const processor = where === "threads" ? new URL("./bullmq-processor.ts", import.meta.url) : here;
const worker = new Worker(queue, processor, { connection: { url }, concurrency: 2, useWorkerThreads: true });
await worker.waitUntilReady();
process.send?.("ready");
