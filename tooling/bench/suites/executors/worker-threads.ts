// By hand: two workers, each with one job at a time, and a queue.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Meter } from "../../src/child/meters.ts";
import { jobs } from "./measured.ts";
import { hash, noop } from "./work.ts";

if (!isMainThread) {
  const fn = workerData === "hash" ? hash : noop;
  parentPort?.on("message", (n: number) => parentPort?.postMessage(fn(n)));
}

async function inPool(n: number, meter: Meter, name: "hash" | "noop"): Promise<void> {
  const queue: { n: number; resolve: (value: number) => void }[] = [];
  const idle: Worker[] = [];
  const resolves = new Map<Worker, (value: number) => void>();
  let head = 0;
  const feed = (worker: Worker) => {
    const next = queue[head];
    if (next === undefined) {
      idle.push(worker);
      return;
    }
    head++;
    resolves.set(worker, next.resolve);
    worker.postMessage(next.n);
  };
  const workers = [1, 2].map(() => {
    const worker = new Worker(new URL(import.meta.url), { workerData: name });
    worker.on("message", (value: number) => {
      resolves.get(worker)?.(value);
      feed(worker);
    });
    idle.push(worker);
    return worker;
  });
  const submit = (n: number) =>
    new Promise<number>((resolve) => {
      queue.push({ n, resolve });
      const worker = idle.pop();
      if (worker !== undefined) feed(worker);
    });
  await jobs(n, meter, submit);
  await Promise.all(workers.map((worker) => worker.terminate()));
}

export const noopsInThreads = (n: number, meter: Meter) => inPool(n, meter, "noop");
export const hashesInThreads = (n: number, meter: Meter) => inPool(n, meter, "hash");
