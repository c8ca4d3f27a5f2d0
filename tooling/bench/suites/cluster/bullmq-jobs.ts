import { Queue, QueueEvents } from "bullmq";
import type { Meter } from "../../src/child/meters.ts";
import { queue as queueName, warmUp, withWorker } from "./with-worker.ts";

/** Adds jobs of that name to the queue, and waits for each. */
export function jobs(n: number, meter: Meter, job: "hash" | "noop", where: "here" | "threads"): Promise<void> {
  return withWorker("./bullmq-worker.ts", [where], async (url) => {
    const connection = { url };
    const queue = new Queue<number, number>(queueName, { connection });
    // Each job that is waited for has a listener.
    queue.setMaxListeners(0);
    const events = new QueueEvents(queueName, { connection });
    await events.waitUntilReady();
    const inQueue = async (count: number, name: string) => {
      const added = await queue.addBulk(Array.from({ length: count }, (_, data) => ({ name, data })));
      return Promise.all(added.map((each) => each.waitUntilFinished(events)));
    };
    await inQueue(warmUp, "noop");
    meter.begin();
    await inQueue(n, job);
    meter.end();
    await Promise.all([events.close(), queue.close()]);
  });
}
