import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { BullMQExecutor, RedisConnectionError, UnknownJobError } from "@tsyncio/bullmq";
import { registry } from "@tsyncio/contract";
import { BrokenWorkerError, remote } from "@tsyncio/executors";
import { getEventLoop } from "@tsyncio/loop";
import { run } from "@tsyncio/runner";
import { coroutine } from "@tsyncio/tasks";
import { failureOf, hasRedis, notebook, startRedis, until, withRedis } from "@tsyncio/test-support";
import { Worker } from "bullmq";
import { Redis as Client } from "ioredis";
import { describe, expect, onTestFinished, test } from "vitest";
import { all, clusters, functions } from "./support.ts";
import * as work from "./work/functions.ts";

describe.skipIf(!hasRedis)(withRedis("submit"), () => {
  const { executor, worker, place } = clusters();

  test("runs plain, async and coroutine functions, and gives their results", async () => {
    await worker();
    const cluster = executor();
    expect(await cluster.submit(work.add, 1, 2)).toBe(3);
    expect(await cluster.submit(work.addLater, 1, 2)).toBe(3);
    expect(await cluster.submit(work.addInTurns, 1, 2)).toBe(3);
    const { add } = remote<typeof import("./work/functions.ts")>(functions);
    expect(await cluster.submit(add, 3, 4)).toBe(7);
  });

  test("is awaited by generator coroutines, and by loop.runInExecutor", async () => {
    await worker();
    const cluster = executor();
    const main = coroutine(function* main() {
      const sum = yield* cluster.submit(work.add, 1, 2);
      return yield* getEventLoop().runInExecutor(cluster, work.add, sum, 10);
    });
    expect(await run(main)).toBe(13);
  });

  test("as a loop's default executor it is shut down with the run", async () => {
    await worker();
    const cluster = executor();
    const sum = await run(async () => {
      getEventLoop().setDefaultExecutor(cluster);
      return await getEventLoop().runInExecutor(null, work.add, 1, 2);
    });
    expect(sum).toBe(3);
    expect(() => cluster.submit(work.add, 1, 2)).toThrow("cannot schedule new futures after shutdown");
  });

  test("values of all kinds that can be cloned arrive as they were", async () => {
    await worker();
    const cluster = executor();
    const values = [
      null,
      undefined,
      "Grüße \ud83d\ude00",
      -0,
      Number.NaN,
      2n ** 70n,
      new Date(5),
      new Map([[{ a: 1 }, new Set([1])]]),
      { a: [1, { b: undefined }] },
      Object.assign(new Array(3), { 0: 1, 2: 3 }),
      Object.assign(new Array(2), { 0: 1, named: 2 }),
      new Uint8Array([1, 2, 3]),
      /x/g,
      { "tsyncio:bytes": "no bytes" },
      JSON.parse('{"__proto__": 1}'),
    ];
    for (const value of values) expect(await cluster.submit(work.echo, value)).toStrictEqual(value);
    const ring: unknown[] = [];
    ring.push(ring);
    const back = (await cluster.submit(work.echo, ring)) as unknown[];
    expect(back[0]).toBe(back);
  });

  test("arguments are copied at the call", async () => {
    await worker();
    const list = [1];
    const job = executor().submit(work.echo, list);
    list.push(2);
    expect(await job).toEqual([1]);
  });

  test("an error comes back with its class, message, cause, properties and where it was thrown", async () => {
    await worker();
    const error = (await failureOf(executor().submit(work.fail, "no answer"))) as Error & { status: number };
    expect(error).toMatchObject({ name: "HttpError", message: "no answer", status: 503 });
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.stack).toContain("functions.ts");
  });

  test("a result that can't be sent is a TypeError that says so", async () => {
    await worker();
    const error = await failureOf(executor().submit(work.giveBack, "function"));
    expect(String(error)).toContain("TypeError: the result of giveBack can't be sent");
  });

  test("an error that is called as the engine's orders are, or says their words, fails the job as any other", async () => {
    await worker();
    const cluster = executor();
    const orders = ["DelayedError", "WaitingError", "WaitingChildrenError"].map((name) => [name, "hello"] as const);
    for (const [name, message] of [...orders, ["HttpError", "bullmq:rateLimitExceeded"] as const]) {
      expect(await failureOf(cluster.submit(work.failAs, name, message))).toMatchObject({ name, message });
    }
  });

  test("an UnrecoverableError is not tried again", async () => {
    await worker();
    const job = executor({ attempts: 3 }).submit(work.failAs, "UnrecoverableError", "no use");
    const life = all(job.life());
    expect(await failureOf(job)).toMatchObject({ message: "no use" });
    expect((await life).filter(({ event }) => event === "active")).toHaveLength(1);
  });

  test("a report that can't be sent to other machines fails its job, and leaves the worker alone", async () => {
    await worker();
    const cluster = executor();
    // What threads share does not leave the machine, so no copy of it comes by the arguments.
    const error = await failureOf(cluster.submit(work.reportShared));
    expect(String(error)).toContain("SharedArrayBuffer> could not be cloned");
    expect(await cluster.submit(work.add, 1, 2)).toBe(3);
  });

  test("reports come to who iterates, and end with the job", async () => {
    await worker();
    const job = executor().submit(work.reportAll, [1, { of: 2 }, new Date(0), undefined]);
    expect(await all(job.reports())).toEqual([1, { of: 2 }, new Date(0), undefined]);
    expect(await job).toBe(false);
  });

  // They were sent behind the failure, and those behind the first one got lost.
  test("reports of a job that fails come before its end", async () => {
    await worker();
    const job = executor().submit(work.reportAndFail, [1, 2, 3, 4, 5]);
    const reports = all(job.reports());
    await expect(job).rejects.toThrow("after 5 reports");
    expect(await reports).toEqual([1, 2, 3, 4, 5]);
  });

  test("tells a job's life, and whether a worker has it", async () => {
    const { file, gate, open, has } = await notebook();
    await worker();
    const job = executor().submit(work.waitFor, file, gate, "a");
    const life = all(job.life());
    expect(job.running()).toBe(false);
    await has(1);
    expect(String(job)).toMatch(/^<ClusterJob pending .*waitFor\(\) id=[-0-9a-f]+>$/);
    open();
    await job;
    const steps = await life;
    expect(steps.map(({ event }) => event)).toEqual(["added", "waiting", "active", "completed"]);
    for (const { at } of steps) expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(60_000);
    expect(job.running()).toBe(false);
  });

  test("a failed attempt is tried again, as often and as late as asked for", async () => {
    const { file, lines } = await notebook();
    await worker();
    const cluster = executor({ attempts: 2 });
    const job = cluster.with({ attempts: 3, backoff: "50ms" }).submit(work.failUntil, file, 3);
    const life = all(job.life());
    expect(await job).toBe(3);
    const [first = 0, second = 0, third = 0] = lines().map(Number);
    expect(second - first).toBeGreaterThanOrEqual(50);
    expect(third - second).toBeGreaterThanOrEqual(50);
    expect((await life).filter(({ event }) => event === "delayed")).toHaveLength(2);
  });

  test("when every attempt failed, the last one's error counts", async () => {
    const { file } = await notebook();
    await worker();
    const backoff = { type: "exponential", delay: "1ms", jitter: 0.5 } as const;
    const job = executor().with({ attempts: 2, backoff }).submit(work.failUntil, file, 10);
    expect(await failureOf(job)).toMatchObject({ name: "RangeError", message: "attempt 2" });
  });

  test("a job waits as long as it is delayed", async () => {
    await worker();
    const start = performance.now();
    await executor().with({ delay: "100ms" }).submit(work.add, 1, 2);
    expect(performance.now() - start).toBeGreaterThanOrEqual(95);
  });

  test("jobs begin in the order of their submits, those without a priority first, and the others by their priority", async () => {
    const { file, lines } = await notebook();
    const cluster = executor();
    const late = cluster.with({ priority: 20 }).submit(work.note, file, "20");
    const early = cluster.with({ priority: 10 }).submit(work.note, file, "10");
    const plain = [1, 2, 3].map((n) => cluster.submit(work.note, file, `plain ${n}`));
    // All have come to Redis when one that came after them has ended elsewhere.
    await failureOf(cluster.attach("none"));
    await worker({ concurrency: 1 });
    await Promise.all([late, early, ...plain]);
    expect(lines()).toEqual(["plain 1", "plain 2", "plain 3", "10", "20"]);
  });

  test("an id makes it one job, whoever submits it and however often", async () => {
    const { file, lines } = await notebook();
    await worker();
    const [here, there] = [executor(), executor()];
    const options = { jobId: "invoice-7" };
    const jobs = [here, here, there].map((each) => each.with(options).submit(work.note, file, "sent"));
    expect(await Promise.all(jobs)).toEqual(["sent", "sent", "sent"]);
    // Also when it has ended long ago.
    expect(await there.with(options).submit(work.note, file, "sent again")).toBe("sent");
    expect(lines()).toEqual(["sent"]);
  });

  test("attach finds a job by its id, also when it has failed, and says when there is none", async () => {
    await worker();
    const [here, there] = [executor(), executor()];
    const job = here.submit(work.add, 1, 2);
    for await (const { event } of job.life()) if (event === "added") break;
    expect(await there.attach<number>(job.id)).toBe(3);
    expect(await there.attach(job.id)).toBe(3);
    const failed = here.submit(work.fail, "no");
    await failureOf(failed);
    expect(await failureOf(there.attach(failed.id))).toMatchObject({ name: "HttpError", message: "no" });
    const missing = await failureOf(there.attach("no-such-job"));
    expect(missing).toBeInstanceOf(UnknownJobError);
    expect(String(missing)).toContain('"no-such-job"');
  });

  test("map gives the results in order, in chunks if asked to", async () => {
    await worker();
    const cluster = executor();
    expect(await all(cluster.map(work.add, [1, 2, 3], [10, 20, 30]))).toEqual([11, 22, 33]);
    expect(await all(cluster.map(work.echo, "abcde", { chunksize: 2 }))).toEqual(["a", "b", "c", "d", "e"]);
  });

  test("a worker thread that exits breaks its job only", async () => {
    await worker({ concurrency: 1 });
    const cluster = executor();
    expect(await failureOf(cluster.submit(work.exit, 3))).toBeInstanceOf(BrokenWorkerError);
    expect(await cluster.submit(work.add, 1, 2)).toBe(3);
  });

  test("a function that its worker was not started with is an error that names those that it has", async () => {
    await worker();
    const { start } = remote<{ start(): void }>(new URL("./work/other.ts", import.meta.url));
    const error = await failureOf(executor().submit(start));
    expect(String(error)).toContain("this worker has no function @tsyncio/bullmq/test/work/other#start; it has");
  });

  test("shutdown waits for the jobs, or leaves those that have not begun", async () => {
    const { file, gate, open, has, lines } = await notebook();
    await worker({ concurrency: 1 });
    const cluster = executor();
    const running = cluster.submit(work.waitFor, file, gate, "running");
    const waiting = cluster.submit(work.note, file, "never");
    await has(1);
    // It is known here that it runs.
    await until(() => running.running());
    const closed = cluster.shutdown({ cancelFutures: true });
    expect(waiting.cancelled()).toBe(true);
    open();
    await closed;
    expect(await running).toBe("running");
    expect(lines()).toEqual(["running begins"]);
    await cluster.shutdown();
  });

  test("who no longer waits for a shutdown leaves the jobs to the cluster", async () => {
    const { file, gate, open, has } = await notebook();
    await worker();
    const [cluster, other] = [executor(), executor()];
    const job = cluster.submit(work.waitFor, file, gate, "a");
    await has(1);
    const closed = cluster.shutdown();
    const error = failureOf(job);
    await cluster.shutdown({ wait: false });
    await closed;
    expect(String(await error)).toContain(`waitFor() goes on as job ${job.id} of the queue`);
    open();
    expect(await other.attach(job.id)).toBe("a");
  });

  test("`await using` ends it", async () => {
    await worker();
    let job: unknown;
    {
      await using cluster = new BullMQExecutor(place());
      job = cluster.submit(work.add, 1, 2);
    }
    expect(await job).toBe(3);
  });
});

describe.skipIf(!hasRedis)(withRedis("an executor that has nothing to do"), () => {
  const { executor, worker, redis } = clusters();

  test("stands it when Redis goes and comes back", async () => {
    await worker();
    const cluster = executor();
    expect(await cluster.submit(work.add, 1, 2)).toBe(3);
    await redis().kill();
    await redis().start();
    expect(await cluster.submit(work.add, 3, 4)).toBe(7);
  });

  test("a Redis that refuses a job is a RedisConnectionError, and keeps no shutdown from ending", async () => {
    const full = await startRedis();
    onTestFinished(() => full.stop());
    const client = new Client(full.url);
    await client.config("SET", "maxmemory", "1mb");
    client.disconnect();
    const cluster = executor({ redis: full.url });
    const error = await failureOf(cluster.submit(work.add, 1, 2));
    expect(error).toBeInstanceOf(RedisConnectionError);
    expect(String(error)).toContain("add() was refused by Redis: OOM command not allowed");
    await cluster.shutdown();
  });

  test("a cancellation that comes to no Redis keeps no shutdown from ending", { timeout: 20_000 }, async () => {
    const gone = await startRedis();
    onTestFinished(() => gone.stop());
    const cluster = executor({ redis: gone.url, connectTimeout: "1s" });
    const job = cluster.submit(work.add, 1, 2);
    for await (const { event } of job.life()) if (event === "waiting") break;
    await gone.kill();
    job.cancel();
    await cluster.shutdown();
  });

  test("stands it when its connection is lost while it opens", async () => {
    await worker();
    // The client asks for information first, and then the engine, whose question is cut off.
    let questions = 0;
    const proxy = createServer((socket) => {
      const server = connect(redis().port, "127.0.0.1");
      socket.on("data", (data) => {
        if (/\binfo\b/i.test(data.toString()) && ++questions === 2) socket.destroy();
        else server.write(data);
      });
      server.pipe(socket);
      for (const each of [socket, server]) each.on("error", () => {});
      socket.on("close", () => server.destroy());
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void proxy.close());
    await once(proxy, "listening");
    const { port } = proxy.address() as AddressInfo;
    const cluster = executor({ redis: `redis://127.0.0.1:${port}` });
    expect(await cluster.submit(work.add, 1, 2)).toBe(3);
    expect(questions).toBeGreaterThan(2);
  });

  test("lets its connections go after a second, and connects anew for the next job", async () => {
    await worker();
    const cluster = executor();
    expect(await cluster.submit(work.add, 1, 2)).toBe(3);
    const isOpen = () => [...registry.resources].some(({ kind }) => kind === "BullMQExecutor");
    expect(isOpen()).toBe(true);
    await until(() => !isOpen());
    expect(await cluster.submit(work.add, 3, 4)).toBe(7);
  });
});

describe.skipIf(!hasRedis)(withRedis("while Redis is away"), () => {
  const { executor, worker, redis, place } = clusters();

  // It failed as soon as the connection was lost: its time had run out long before, while a job of its id was still being cancelled.
  test("a job that could not be sent before gets its whole time", async () => {
    let answer = (_: string) => {};
    const answered = new Promise<string>((resolve) => {
      answer = resolve;
    });
    // Knows nothing of cancellations.
    const stubborn = new Worker(place().queue, () => answered, { connection: { port: redis().port } });
    onTestFinished(() => stubborn.close());
    stubborn.on("error", () => {});
    const cluster = executor({ connectTimeout: "2s" }).with({ jobId: "the-one" });
    const first = cluster.submit(work.echo, "first");
    await until(() => first.running());
    first.cancel();
    const second = cluster.submit(work.echo, "second");
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await redis().kill();
    await redis().start();
    answer("done");
    expect(await second).toBe("done");
  });

  test("a job that had come there waits for longer than any connection may take", async () => {
    const cluster = executor({ connectTimeout: "500ms" });
    const job = cluster.submit(work.add, 1, 2);
    for await (const { event } of job.life()) if (event === "waiting") break;
    await redis().kill();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(job.done()).toBe(false);
    await redis().start({ empty: true });
    await worker();
    expect(await job).toBe(3);
  });
});
