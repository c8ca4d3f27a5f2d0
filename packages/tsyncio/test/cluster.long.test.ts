// What may go wrong in a cluster of three workers, as processes of their own: every job ends once in the eyes of who waits for it, and none is lost.
import { join } from "node:path";
import { BullMQExecutor } from "@tsyncio/bullmq";
import { hasRedis, notebook, type Redis, startProgram, startRedis, until, withRedis } from "@tsyncio/test-support";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type Running, start } from "./cli.ts";
import * as work from "./work/cluster.ts";

const module = join(import.meta.dirname, "work/cluster.ts");

describe.skipIf(!hasRedis)(withRedis("a cluster of three workers"), () => {
  let redis: Redis;
  let workers: Running[];
  let queue = 0;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    queue++;
    workers = await Promise.all(["w1", "w2", "w3"].map(startWorker));
  });
  afterEach(async () => {
    for (const { child } of workers) child.kill("SIGKILL");
    await Promise.all(workers.map(({ ended }) => ended));
  });

  async function startWorker(name: string): Promise<Running> {
    const where = ["--redis", redis.url, "--queue", `q${queue}`, "--name", name, "--lease", "1s"];
    const worker = start(["worker", ...where, "--concurrency", "2", module]);
    await worker.warns("#waitFor");
    return worker;
  }

  function workerThatSaid(line = ""): Running {
    const worker = workers.find(({ child }) => line.endsWith(` ${child.pid}`));
    if (worker === undefined) throw new Error(`no worker said "${line}"`);
    return worker;
  }

  function executor(options = {}): BullMQExecutor {
    const cluster = new BullMQExecutor({ redis: redis.url, queue: `q${queue}`, connectTimeout: "20s", ...options });
    onTestFinished(() => cluster.shutdown());
    return cluster;
  }

  /** Counts how often each of the promises was settled, as its waiter sees it. */
  function watch<T>(promises: readonly PromiseLike<T>[]) {
    const ends = promises.map(() => 0);
    for (const [index, promise] of promises.entries()) {
      const count = () => void ends[index]!++;
      promise.then(count, count);
    }
    return { onceEach: () => ends.every((n) => n === 1) };
  }

  test("when a worker is killed in the middle of its jobs, others run them", async () => {
    const { file, gate, has, open, lines } = await notebook();
    const cluster = executor();
    const jobs = ["a", "b", "c", "d", "e", "f"].map((name) => cluster.submit(work.waitFor, file, gate, name));
    const ends = watch(jobs);
    await has(6);
    const dead = workers[0]?.child;
    dead?.kill("SIGKILL");
    open();
    const ran = await Promise.all(jobs);
    expect(ran).not.toContain(dead?.pid);
    expect(ends.onceEach()).toBe(true);
    const begun = lines().filter((line) => line.includes("begins"));
    expect(new Set(begun.map((line) => line[0])).size).toBe(6);
    // Its two jobs began again.
    expect(begun).toHaveLength(8);
  });

  test("when all workers are killed, the jobs wait for new ones", async () => {
    const { file, gate, has, open } = await notebook();
    const job = executor().submit(work.waitFor, file, gate, "a");
    await has(1);
    for (const { child } of workers) child.kill("SIGKILL");
    await Promise.all(workers.map(({ ended }) => ended));
    open();
    workers.push(await startWorker("w4"));
    expect(await job).toBe(workers[3]?.child.pid);
  });

  test("a worker that hangs loses its jobs to others, and what it says later counts no more", async () => {
    const { file, gate, has, open, lines } = await notebook();
    const job = executor().submit(work.waitFor, file, gate, "a");
    const ends = watch([job]);
    await has(1);
    const hanging = workerThatSaid(lines()[0]);
    hanging.child.kill("SIGSTOP");
    await has(2);
    open();
    hanging.child.kill("SIGCONT");
    expect(await job).not.toBe(hanging.child.pid);
    await hanging.warns("lost ");
    expect(ends.onceEach()).toBe(true);
  });

  test("when Redis is restarted, jobs that run and wait come to their ends", async () => {
    const { file, gate, has, open } = await notebook();
    const cluster = executor();
    const jobs = Array.from({ length: 50 }, (_, i) => cluster.submit(work.waitFor, file, gate, `job-${i}`));
    const ends = watch(jobs);
    await has(6);
    await redis.kill();
    const meanwhile = cluster.submit(work.double, 21);
    await redis.start();
    open();
    await Promise.all(jobs);
    expect(await meanwhile).toBe(42);
    expect(ends.onceEach()).toBe(true);
  });

  test("when Redis loses everything, those who wait send their jobs again", async () => {
    const { file, gate, has, open } = await notebook();
    const cluster = executor();
    const jobs = Array.from({ length: 20 }, (_, i) => cluster.submit(work.waitFor, file, gate, `job-${i}`));
    const ends = watch(jobs);
    await has(6);
    await redis.kill();
    await redis.start({ empty: true });
    open();
    await Promise.all(jobs);
    expect(ends.onceEach()).toBe(true);
  });

  test("when the submitter is killed its jobs go on, and whoever knows their ids gets the results", async () => {
    const { file, gate, has, open, lines } = await notebook();
    const source = `
      import { BullMQExecutor } from "@tsyncio/bullmq";
      import * as work from "./work/cluster.ts";
      const cluster = new BullMQExecutor({ redis: ${JSON.stringify(redis.url)}, queue: "q${queue}" });
      for (const id of ["a", "b", "c"]) {
        cluster.with({ jobId: "lost-" + id }).submit(work.waitFor, ${JSON.stringify(file)}, ${JSON.stringify(gate)}, id);
      }`;
    const submitter = startProgram(import.meta.dirname, source);
    await has(3);
    submitter.process.kill("SIGKILL");
    await submitter.ended;
    open();
    const cluster = executor();
    const results = await Promise.all([
      cluster.attach<number>("lost-a"),
      // One who submits it again does not run it again.
      cluster.with({ jobId: "lost-b" }).submit(work.waitFor, file, gate, "b"),
      cluster.attach<number>("lost-c"),
    ]);
    const pids = workers.map(({ child }) => child.pid);
    for (const pid of results) expect(pids).toContain(pid);
    expect(lines().filter((line) => line.includes("begins"))).toHaveLength(3);
  });

  test("ten thousand jobs at once, while a worker dies and Redis is restarted", async () => {
    const cluster = executor();
    const jobs = Array.from({ length: 10_000 }, (_, i) => cluster.submit(work.double, i));
    const ends = watch(jobs);
    const done = () => jobs.filter((job) => job.done()).length;
    await until(() => done() >= 1000);
    workers[0]?.child.kill("SIGKILL");
    await until(() => done() >= 3000);
    await redis.kill();
    await redis.start();
    const results = await Promise.all(jobs);
    expect(results).toEqual(results.map((_, i) => 2 * i));
    expect(ends.onceEach()).toBe(true);
  });

  test("a program that has nothing left to wait for ends, with the executor open", async () => {
    const source = `
      import { BullMQExecutor } from "@tsyncio/bullmq";
      import * as work from "./work/cluster.ts";
      const cluster = new BullMQExecutor({ redis: ${JSON.stringify(redis.url)}, queue: "q${queue}" });
      console.log(await cluster.submit(work.double, 21));`;
    expect(await startProgram(import.meta.dirname, source).ended).toMatchObject({
      code: 0,
      stdout: "42\n",
      stderr: "",
    });
  });
});
