import { BullMQExecutor, RedisConnectionError } from "@tsyncio/bullmq";
import { queueProxy, remote } from "@tsyncio/executors";
import { Queue } from "@tsyncio/sync";
import { failureOf, freePort, outcome } from "@tsyncio/test-support";
import { expect, onTestFinished, test } from "vitest";
import * as work from "./work/functions.ts";

const { add, echo } = work;

/** Nobody is there, and nobody is asked: what is wrong is found at the call. */
async function executor(options = {}): Promise<BullMQExecutor> {
  const cluster = new BullMQExecutor({ redis: `redis://127.0.0.1:${await freePort()}`, ...options });
  onTestFinished(() => cluster.shutdown());
  return cluster;
}

test("without a Redis a job fails within the connect timeout, and says why", async () => {
  const cluster = await executor({ connectTimeout: "100ms" });
  const error = await failureOf(cluster.submit(add, 1, 2));
  expect(error).toBeInstanceOf(RedisConnectionError);
  expect(String(error)).toMatch(
    /^RedisConnectionError: add\(\) did not come to Redis in time: redis:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/,
  );
  expect((error as Error).cause).toMatchObject({ code: "ECONNREFUSED" });
});

test("a password is not told", async () => {
  const cluster = new BullMQExecutor({
    redis: `redis://user:secret@127.0.0.1:${await freePort()}`,
    connectTimeout: "50ms",
  });
  onTestFinished(() => cluster.shutdown());
  const error = await failureOf(cluster.submit(add, 1, 2));
  expect(String(error)).toContain("redis://user:***@127.0.0.1");
  expect(String(error)).not.toContain("secret");
});

test("functions that workers elsewhere don't have are refused", async () => {
  const cluster = await executor();
  const refused = (fn: unknown) => String(outcome(() => cluster.submit(fn as typeof add, 1, 2)));
  expect(refused((a: number) => a)).toBe(
    "TypeError: the function can't be sent to other machines, whose workers run what their modules export: export it, and " +
      "give remote(import.meta.url, …)",
  );
  expect(refused(function plus() {})).toContain("plus can't be sent to other machines");
  expect(refused("add")).toBe('TypeError: a function was expected by submit(), got "add"');
  expect(refused(undefined)).toContain("got undefined");
  const inline = remote<{ f(): void }>("data:text/javascript,export function f() {}");
  expect(refused(inline.f)).toContain("only files and node: modules have a name there");
});

test("arguments that can't be cloned are refused, by their place", async () => {
  const cluster = await executor();
  const refused = (arg: unknown) => String(outcome(() => cluster.submit(echo, arg)));
  expect(refused({ callback: () => {} })).toMatch(/argument 1 of echo\(\) can't be sent .*: \.callback is/);
  expect(refused(Symbol("s"))).toContain("it is a symbol");
  expect(refused(new SharedArrayBuffer(1))).toContain("shared memory");
  expect(refused(new Queue())).toContain("argument 1 of echo()");
  expect(refused(queueProxy(new Queue()))).toBe(
    "TypeError: argument 1 of echo() is a queue, which can't be handed to other machines",
  );
});

const wrong: [object, string][] = [
  [{ redis: 6379 }, "TypeError: redis must be a URL or options of ioredis, got 6379"],
  [
    { redis: "127.0.0.1:6379" },
    'ValueError: redis must be a URL such as "redis://127.0.0.1:6379", got "127.0.0.1:6379"',
  ],
  [{ queue: "" }, 'ValueError: queue must not be empty and have no colon in it, got ""'],
  [{ prefix: 5 }, "TypeError: prefix must be a string, got 5"],
  [{ connectTimeout: -1 }, "ValueError: connectTimeout must not be negative or infinite, got -1"],
  [{ attempts: 0 }, "ValueError: attempts must be a whole number from 1 on, got 0"],
  [{ attempts: "3" }, 'TypeError: attempts must be a whole number from 1 on, got "3"'],
  [{ backoff: "later" }, 'ValueError: Invalid backoff: "later"'],
  [{ backoff: null }, "TypeError: backoff must be a number of seconds or a string"],
  [
    { backoff: { type: "linear", delay: 1 } },
    'ValueError: backoff.type must be "fixed" or "exponential", got "linear"',
  ],
  [
    { backoff: { type: "fixed", delay: 1, jitter: 2 } },
    "ValueError: backoff.jitter must be a number from 0 to 1, got 2",
  ],
  [{ priority: 2 ** 21 }, "ValueError: priority must be a whole number from 1 to 2097151, got 2097152"],
  [{ delay: Number.POSITIVE_INFINITY }, "ValueError: delay must not be negative or infinite, got Infinity"],
  [{ keep: -1 }, "ValueError: keep must not be negative or infinite, got -1"],
  [{ onCancel: "kill" }, 'ValueError: onCancel must be "leave" or "terminate", got "kill"'],
  [{ attemps: 3 }, "TypeError: BullMQExecutor() got an unexpected option 'attemps'. Did you mean 'attempts'?"],
  [{ jobId: "one" }, "TypeError: BullMQExecutor() got an unexpected option 'jobId'. Its options: "],
  [{ backoff: { typ: "fixed" } }, "TypeError: backoff got an unexpected option 'typ'. Did you mean 'type'?"],
  [null as never, "TypeError: options must be an object, got null"],
];
test.each(wrong)("refuses the options %j", (options, message) => {
  expect(String(outcome(() => new BullMQExecutor(options)))).toContain(message);
});

test("refuses ids that the engine has no use for, and what is no option of a job", async () => {
  const cluster = await executor();
  const refused = [
    [{ jobId: "5" }, 'ValueError: jobId must not be a number, which the engine counts its own by: "5"'],
    [{ jobId: "a:b" }, 'ValueError: jobId must not be empty and have no colon in it, got "a:b"'],
    [{ job_id: "a" }, "TypeError: with() got an unexpected option 'job_id'. Did you mean 'jobId'?"],
  ] as const;
  for (const [options, message] of refused)
    expect(String(outcome(() => cluster.with(options as object)))).toBe(message);
});

test("map refuses what submit refuses, and an id for many jobs", async () => {
  const cluster = await executor();
  expect(String(outcome(() => cluster.map(echo, 5 as never)))).toBe("TypeError: map() takes iterables, got 5");
  expect(String(outcome(() => cluster.with({ jobId: "one" }).map(add, [1], [2])))).toBe(
    "TypeError: map() makes many jobs, which can't share a jobId",
  );
  expect(String(outcome(() => cluster.map(echo, [() => {}])))).toContain("argument 1 of echo()");
});

test("attach takes an id", async () => {
  const cluster = await executor();
  expect(String(outcome(() => cluster.attach(5 as never)))).toBe(
    "TypeError: the id of a job was expected by attach(), got 5",
  );
});

test("after a shutdown nothing is submitted or looked up", async () => {
  const cluster = await executor();
  await cluster.shutdown();
  for (const call of [() => cluster.submit(add, 1, 2), () => cluster.map(add, [1], [2]), () => cluster.attach("a")]) {
    expect(String(outcome(call))).toBe("RuntimeError: cannot schedule new futures after shutdown");
  }
});

test("options are checked by types, too", () => {
  // @ts-expect-error -- a unit is missing
  expect(() => new BullMQExecutor({ delay: "5" })).toThrow("Invalid delay");
  // @ts-expect-error -- no such option
  expect(() => new BullMQExecutor({ attempt: 5 })).toThrow(TypeError);
});
