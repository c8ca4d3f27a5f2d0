import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { BullMQExecutor, startWorker } from "@tsyncio/bullmq";
import { BrokenWorkerError } from "@tsyncio/executors";
import { failureOf, freePort, hasRedis, notebook, startRedis, withRedis } from "@tsyncio/test-support";
import { Worker } from "bullmq";
import { Redis as Client } from "ioredis";
import { describe, expect, onTestFinished, test } from "vitest";
import { clusters, functions } from "./support.ts";
import * as work from "./work/functions.ts";

const here = (file: string) => new URL(file, import.meta.url);

describe.skipIf(!hasRedis)(withRedis("a worker"), () => {
  const { executor, worker, place, redis } = clusters();

  test("tells which functions it runs, by the names that they have on every machine", async () => {
    const started = await worker();
    expect(started.functions).toContain("@tsyncio/bullmq/test/work/functions#add");
    expect(started.functions).not.toContain("@tsyncio/bullmq/test/work/functions#default");
  });

  test("runs functions of Node's modules, when it is started with them", async () => {
    const { remote } = await import("@tsyncio/executors");
    await using _ = await startWorker(["node:path", functions], place());
    const { basename } = remote<typeof import("node:path")>("node:path");
    const cluster = executor();
    expect(await cluster.submit(basename, "/a/b.txt")).toBe("b.txt");
    const { execSync } = remote<typeof import("node:child_process")>("node:child_process");
    expect(String(await failureOf(cluster.submit(execSync, "true")))).toContain("has no function");
  });

  test("runs as many jobs at a time as it is told to, and in processes if asked to", async () => {
    const { file, gate, has, open, lines } = await notebook();
    await worker({ concurrency: 2, processes: true });
    const cluster = executor();
    const jobs = ["a", "b", "c"].map((name) => cluster.submit(work.waitFor, file, gate, name));
    await has(2);
    expect(lines()).toHaveLength(2);
    open();
    expect(await Promise.all(jobs)).toEqual(["a", "b", "c"]);
  });

  test("tells what it does", async () => {
    const events: string[] = [];
    await worker({
      onEvent: (told) => events.push(`${told.event} ${"job" in told ? told.job : ""}`),
    });
    const cluster = executor();
    await cluster.submit(work.add, 1, 2);
    await failureOf(cluster.submit(work.fail, "no"));
    expect(events).toEqual(["active add", "completed add", "active fail", "failed fail"]);
  });

  test("that is closed lets its jobs end", async () => {
    const { file, gate, has, open } = await notebook();
    const started = await worker();
    const job = executor().submit(work.waitFor, file, gate, "a");
    await has(1);
    const closed = started.close();
    open();
    await closed;
    expect(await job).toBe("a");
  });

  test("that is closed gives those back that take too long, and another worker runs them", async () => {
    const { file, gate, has, open, lines } = await notebook();
    const returned: string[] = [];
    const first = await worker({ onEvent: (told) => told.event === "returned" && returned.push(told.job) });
    const cluster = executor();
    const job = cluster.submit(work.waitFor, file, gate, "a");
    await has(1);
    await first.close({ grace: "20ms" });
    expect(returned).toEqual(["waitFor"]);
    expect(lines()).toEqual(["a begins", "a is cancelled: its worker is closing"]);
    open();
    await worker();
    expect(await job).toBe("a");
  });

  test("ends within its grace when Redis has gone for ever", async () => {
    const gone = await startRedis();
    onTestFinished(() => gone.stop());
    const { file, gate, has } = await notebook();
    const place = { redis: gone.url, queue: "gone" };
    const [idle, busy] = await Promise.all([startWorker([functions], place), startWorker([functions], place)]);
    const cluster = new BullMQExecutor({ ...place, connectTimeout: "100ms" });
    const job = cluster.submit(work.waitFor, file, gate, "a");
    await has(1);
    await gone.kill();
    await Promise.all([idle.close({ grace: 0 }), busy.close({ grace: 0 })]);
    const error = failureOf(job);
    // One waits for the jobs, the next has no patience.
    const closed = cluster.shutdown();
    await cluster.shutdown({ wait: false });
    await closed;
    expect(String(await error)).toContain("goes on as job");
  });

  test("asks with pauses while Redis refuses it, and goes on when it no longer does", async () => {
    // The engine asked again at once: 2,500 times in half a second, each with an event, and Redis had nothing else to do.
    const settings = new Client(redis().port);
    onTestFinished(() => settings.disconnect());
    let refusals = 0;
    let firstRefusal = () => {};
    const isRefused = new Promise<void>((resolve) => {
      firstRefusal = resolve;
    });
    await settings.config("SET", "min-replicas-to-write", "1");
    onTestFinished(async () => void (await settings.config("SET", "min-replicas-to-write", "0")));
    await worker({
      onEvent: (event) => {
        if (event.event !== "error" || !/NOREPLICAS/.test(event.error.message)) return;
        refusals++;
        firstRefusal();
      },
    });
    await isRefused;
    const refused = failureOf(executor().submit(work.add, 1, 2));
    expect(String(await refused)).toContain("add() was refused by Redis: NOREPLICAS");
    // As many questions as others can ask one after the other, so many it asked, too.
    for (let asked = 0; asked < 1000; asked++) await settings.ping();
    expect(refusals).toBeLessThan(20);
    await settings.config("SET", "min-replicas-to-write", "0");
    expect(await executor().submit(work.add, 1, 2)).toBe(3);
  });

  test("starts though its first connections are lost as soon as they are there", async () => {
    // It ended with "can't be used: Connection is closed.", where one that came a moment later would have waited.
    let cuts = 0;
    const proxy = createServer((socket) => {
      const server = connect(redis().port, "127.0.0.1");
      for (const [from, to] of [
        [socket, server],
        [server, socket],
      ] as const) {
        from.on("error", () => {});
        from.on("close", () => to.destroy());
      }
      server.pipe(socket);
      socket.on("data", (data) => {
        // The engine's first word on each of its connections.
        if (String(data).toLowerCase().includes("setname") && cuts < 3) {
          cuts++;
          socket.destroy();
        } else server.write(data);
      });
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void proxy.close());
    await once(proxy, "listening");
    await worker({ redis: `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
    expect(cuts).toBe(3);
    expect(await executor().submit(work.add, 1, 2)).toBe(3);
  });

  test("that may not use the Redis that is there says so", async () => {
    const settings = new Client(redis().port);
    onTestFinished(() => settings.disconnect());
    await settings.config("SET", "requirepass", "secret");
    try {
      const error = await failureOf(startWorker([functions], { ...place(), connectTimeout: "200ms" }));
      expect(String(error)).toMatch(/^RedisConnectionError: the Redis at redis:\/\/\S+ can't be used: NOAUTH/);
    } finally {
      await settings.config("SET", "requirepass", "");
    }
  });

  test("does not start in another database than the one that was asked for", async () => {
    const redis = `${place().redis}/999`;
    const start = startWorker([functions], { redis, connectTimeout: "200ms" });
    expect(String(await failureOf(start))).toContain("DB index is out of range");
    const cluster = executor({ redis, connectTimeout: "200ms" });
    expect(String(await failureOf(cluster.submit(work.add, 1, 2)))).toContain("DB index is out of range");
  });

  test("that died is what a job fails of, not what its attempt before failed of", async () => {
    const { file } = await notebook();
    const first = await worker();
    const options = { attempts: 3, backoff: "100ms" } as const;
    const job = executor().with(options).submit(work.failUntil, file, 10);
    const error = failureOf(job);
    for await (const { event } of job.life()) if (event === "delayed") break;
    await first.close();
    // One that is not ours takes it, and does not come back.
    const connection = { url: place().redis };
    const dead = new Worker(place().queue, () => new Promise(() => {}), { connection, lockDuration: 100 });
    await once(dead, "active");
    await dead.close(true);
    await worker({ maxStalledCount: 0, lease: "100ms" });
    expect(await error).toBeInstanceOf(BrokenWorkerError);
  });

  test("needs modules that are there and export functions, and leaves nothing behind where they don't", async () => {
    const start = (...modules: string[]) => failureOf(startWorker(modules, place()));
    expect(String(await start())).toBe(
      "ValueError: a worker needs the modules whose functions it is to run, and was given none",
    );
    expect(String(await start(here("none.ts").href))).toMatch(/^ValueError: there is no module file:.*none\.ts$/);
    expect(String(await start(here("work/no-functions.ts").href))).toMatch(/no-functions\.ts exports no function$/);
    expect(String(await start(here("work/throws.ts").href))).toContain("this module does not load");
    expect(String(await start("./work.ts"))).toContain("a module's URL such as");
    const two = [here("work/twins/work.ts").href, here("work/twins/work.js").href];
    expect(String(await start(...two))).toMatch(/two modules are called @tsyncio\/bullmq\/test\/work\/twins\/work/);
  });

  test("a worker of another queue leaves the jobs of this one alone", async () => {
    const { file, lines } = await notebook();
    await using _ = await startWorker([functions], { ...place(), queue: "another" });
    const job = executor().submit(work.note, file, "late");
    const other = new BullMQExecutor({ ...place(), queue: "another" });
    await other.submit(work.note, file, "early");
    await other.shutdown();
    expect(lines()).toEqual(["early"]);
    await worker();
    await job;
  });
});

describe("a worker without a Redis", () => {
  test("does not start, and says why within its time", async () => {
    const redis = `redis://127.0.0.1:${await freePort()}`;
    const error = await failureOf(startWorker([functions], { redis, connectTimeout: "100ms" }));
    expect(String(error)).toMatch(
      /^RedisConnectionError: there is no Redis at redis:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/,
    );
  });

  const wrong: [object, string][] = [
    [{ concurrency: 0 }, "ValueError: concurrency must be a whole number from 1 on, got 0"],
    [{ concurrency: "2" }, 'TypeError: concurrency must be a whole number from 1 on, got "2"'],
    [{ lease: "1ms" }, 'ValueError: lease must be at least "100ms", got 1ms'],
    [{ lease: "soon" }, 'ValueError: Invalid lease: "soon"'],
    [{ maxStalledCount: -1 }, "ValueError: maxStalledCount must be a whole number from 0 on, got -1"],
    [{ redis: "http://here" }, 'ValueError: redis must be a URL such as "redis://127.0.0.1:6379", got "http://here"'],
    [{ queue: "a:b" }, 'ValueError: queue must not be empty and have no colon in it, got "a:b"'],
    [{ concurency: 2 }, "TypeError: startWorker() got an unexpected option 'concurency'. Did you mean 'concurrency'?"],
    [null as never, "TypeError: options must be an object, got null"],
  ];
  test.each(wrong)("refuses %j", async (options, message) => {
    const error = await failureOf(Promise.resolve().then(() => startWorker([functions], options)));
    expect(String(error)).toContain(message);
  });
});
