// `tsyncio worker`, as processes of their own.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BullMQExecutor } from "@tsyncio/bullmq";
import { freePort, hasRedis, type Redis, startRedis, withRedis } from "@tsyncio/test-support";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folderWith, start, tsyncio } from "./cli.ts";
import * as work from "./work/cluster.ts";

const module = join(import.meta.dirname, "work/cluster.ts");
const complaint = (line: string) => ({ code: 2, stdout: "", stderr: `tsyncio: ${line}\n` });

describe.skipIf(!hasRedis)(withRedis("tsyncio worker"), () => {
  let redis: Redis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  test("runs the functions of its modules, tells what goes wrong, and ends with its jobs at SIGTERM", async () => {
    const worker = start(["worker", "--redis", redis.url, "--queue", "cli", "--name", "w1", "--verbose", module]);
    await worker.warns("tsyncio/test/work/cluster#double");
    const cluster = new BullMQExecutor({ redis: redis.url, queue: "cli" });
    expect(await cluster.submit(work.double, 21)).toBe(42);
    const cwd = await folderWith({});
    const job = cluster.submit(work.waitFor, join(cwd, "lines"), join(cwd, "gate"), "a");
    await worker.warns(`active    waitFor ${job.id}`);
    worker.child.kill("SIGTERM");
    await worker.warns("SIGTERM: ends when its jobs have ended");
    await writeFile(join(cwd, "gate"), "");
    expect(await job).toBe(worker.child.pid);
    await cluster.shutdown();
    const { code, stdout, stderr } = await worker.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/^tsyncio: a worker of the queue cli, which runs\n/);
    expect(stderr).toMatch(/^tsyncio: completed double /m);
  });

  test("a second signal ends it at once", async () => {
    const worker = start(["worker", "--redis", redis.url, "--queue", "twice", module]);
    await worker.warns("#waitFor");
    const cluster = new BullMQExecutor({ redis: redis.url, queue: "twice" });
    const cwd = await folderWith({});
    const job = cluster.submit(work.waitFor, join(cwd, "lines"), join(cwd, "gate"), "a");
    for await (const { event } of job.life()) if (event === "active") break;
    worker.child.kill("SIGINT");
    await worker.warns("SIGINT: ends");
    worker.child.kill("SIGINT");
    expect((await worker.ended).code).toBe(130);
    job.cancel();
    await cluster.shutdown();
  });

  test("ends within its grace, too, when Redis has gone", async () => {
    const gone = await startRedis();
    const worker = start(["worker", "--redis", gone.url, "--grace", "0s", module]);
    await worker.warns("#waitFor");
    await gone.stop();
    await worker.warns("Redis: ");
    worker.child.kill("SIGTERM");
    expect((await worker.ended).code).toBe(0);
  });

  test("an option that is wrong is one line", async () => {
    expect(await tsyncio(["worker", "--redis", "here", module])).toEqual({
      ...complaint('redis must be a URL such as "redis://127.0.0.1:6379", got "here"'),
      signal: null,
    });
  });

  test("a module that does not load is one line, and says what it threw", async () => {
    const cwd = await folderWith({ "syntax.mjs": "export const = 5;", "empty.mjs": "export const five = 5;" });
    const ended = await tsyncio(["worker", "--redis", redis.url, join(cwd, "syntax.mjs")]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^tsyncio: file:.*syntax\.mjs can't be loaded: SyntaxError: Unexpected token '='\n$/);
    const empty = await tsyncio(["worker", "--redis", redis.url, join(cwd, "empty.mjs")]);
    expect(empty.stderr).toMatch(/^tsyncio: file:.*empty\.mjs exports no function\n$/);
  });
});

test("without a Redis a worker does not start", { timeout: 20_000 }, async () => {
  const { code, stderr } = await tsyncio(["worker", "--redis", `redis://127.0.0.1:${await freePort()}`, module]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^tsyncio: there is no Redis at redis:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/);
});

test("a missing module is one line", async () => {
  expect(await tsyncio(["worker", "nowhere.ts"])).toMatchObject(complaint("there is no file nowhere.ts"));
});

// It was looked for in the folder of the caller alone, where a program of several packages has none.
test("the engine that a worker runs on is that of its modules, where the caller's folder has none", async () => {
  const cwd = await folderWith({});
  const modules = await folderWith({ "work.mjs": "export function work() {}" });
  const engine = join(modules, "node_modules/@tsyncio/bullmq");
  await mkdir(engine, { recursive: true });
  await writeFile(join(engine, "package.json"), '{ "type": "module", "exports": "./index.js" }');
  await writeFile(join(engine, "index.js"), 'export const startWorker = () => { throw new TypeError("mine"); };');
  expect(await tsyncio(["worker", join(modules, "work.mjs")], { cwd })).toMatchObject(complaint("mine"));
});
