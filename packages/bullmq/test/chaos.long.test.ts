// Faults and jobs by dice: whatever falls, each job ends once for its waiter, with its own result, and leaves nothing in the queue.
import { BullMQExecutor, type ClusterJob } from "@tsyncio/bullmq";
import { hasRedis, type Program, type Redis, startProgram, startRedis, withRedis } from "@tsyncio/test-support";
import { Queue } from "bullmq";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { functions } from "./support.ts";
import * as work from "./work/functions.ts";

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Numbers from 0 to 1 that follow from the seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Submitted {
  readonly job: ClusterJob<unknown>;
  /** Its result, or its error as text. */
  readonly due: unknown;
  wasCancelled: boolean;
  ends: number;
}

describe.skipIf(!hasRedis)(withRedis("a cluster in which anything may fail"), () => {
  let redis: Redis;
  let isOver = false;
  const workers: Program[] = [];
  const queue = "chaos";

  beforeAll(async () => {
    redis = await startRedis();
    await Promise.all([0, 1, 2].map(startWorker));
  });
  afterAll(async () => {
    isOver = true;
    for (const { process } of workers) process.kill("SIGKILL");
    await Promise.all(workers.map(({ ended }) => ended));
    await redis.stop();
  });

  /** Another one takes its place when it ends: by a signal, or since there was no Redis. */
  async function startWorker(place: number): Promise<void> {
    const options = JSON.stringify({ redis: redis.url, queue, lease: "1s", concurrency: 2, connectTimeout: "20s" });
    const source = `
      import { startWorker } from "@tsyncio/bullmq";
      await startWorker([${JSON.stringify(functions)}], ${options});
      console.log("up");`;
    const worker = startProgram(import.meta.dirname, source, { args: ["--unhandled-rejections=strict"] });
    workers[place] = worker;
    void worker.ended.then(() => (isOver ? undefined : startWorker(place)));
    await worker.printed("up").catch(() => {});
  }

  test.each([1, 2, 3, 4, 5, 6])("seed %i", { timeout: 90_000 }, async (seed) => {
    const roll = dice(seed);
    const below = (n: number) => Math.floor(roll() * n);
    const cluster = new BullMQExecutor({ redis: redis.url, queue, connectTimeout: "30s" });
    const all: Submitted[] = [];
    const faults: string[] = [];

    function submit(): void {
      const number = all.length;
      const id = `${seed}-${below(5)}`;
      const [job, due] = [
        () => [cluster.submit(work.echo, number), number] as const,
        () => [cluster.submit(work.echoLater, number, below(400)), number] as const,
        () => [cluster.with({ delay: below(800) / 1000 }).submit(work.echo, number), number] as const,
        () => [cluster.with({ priority: 1 + below(9) }).submit(work.echo, number), number] as const,
        () => [cluster.with({ jobId: id }).submit(work.echoLater, id, below(300)), id] as const,
        () => [cluster.with({ attempts: 2, backoff: "20ms" }).submit(work.fail, id), `HttpError: ${id}`] as const,
      ][below(6)]!();
      const submitted: Submitted = { job, due, wasCancelled: false, ends: 0 };
      job.addDoneCallback(() => void submitted.ends++);
      job.catch(() => {});
      all.push(submitted);
    }

    async function fail(): Promise<void> {
      const { process } = workers[below(3)] as Program;
      const chance = roll();
      if (chance < 0.1) process.kill("SIGKILL");
      else if (chance < 0.17) {
        process.kill("SIGSTOP");
        setTimeout(() => process.kill("SIGCONT"), 500 + below(2000));
      } else if (chance < 0.24) {
        await redis.kill();
        submit();
        await wait(below(500));
        await redis.start({ empty: roll() < 0.5 });
      } else return;
      faults.push(chance < 0.1 ? "kill" : chance < 0.17 ? "stop" : "redis");
    }

    for (let turn = 0; turn < 30; turn++) {
      for (let n = below(8); n > 0; n--) submit();
      await fail();
      for (let n = below(3); n > 0; n--) {
        const one = all[below(all.length)];
        if (one?.job.cancel("by dice")) one.wasCancelled = true;
      }
      await wait(below(100));
    }
    await Promise.allSettled(all.map(({ job }) => job));
    await cluster.shutdown();

    const found = all.map(({ job, wasCancelled, ends }) => [ends, wasCancelled, outcomeOf(job)]);
    const due = all.map(({ due, wasCancelled }) => [1, wasCancelled, wasCancelled ? "cancelled" : due]);
    expect(found, faults.join(" ")).toEqual(due);
    // Jobs of cancelled waiters, and those that were run twice, come to their ends too.
    const engine = new Queue(queue, { connection: { url: redis.url } });
    const left = () => engine.getJobCountByTypes("wait", "active", "delayed", "prioritized");
    while ((await left()) > 0) await wait(50);
    await engine.close();
  });
});

function outcomeOf(job: ClusterJob<unknown>): unknown {
  if (job.cancelled()) return "cancelled";
  const error = job.exception();
  return error === null ? job.result() : String(error);
}
