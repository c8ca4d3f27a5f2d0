import { AsyncLocalStorage } from "node:async_hooks";
import { CancelledError, RuntimeError } from "@tsyncio/contract";
import { BrokenWorkerError, callSoonThreadsafe, runCoroutineThreadsafe, ThreadPoolExecutor } from "@tsyncio/executors";
import { Future } from "@tsyncio/futures";
import { getEventLoop, newEventLoop } from "@tsyncio/loop";
import { allTasks, coroutine, currentTask } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";
import { afterAll, afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { failureOf, kinds } from "./support.ts";
import { HttpError } from "./work/functions.ts";
import { ask, askAndCancel, askAndExit, askTwice, tell } from "./work/more-functions.ts";

const ends: string[] = [];
const storage = new AsyncLocalStorage<string>();
let told = new Future<unknown>();
let mayBegin = new Future<void>();

/** Functions of this thread. */
const functions = {
  async lookup(key: string) {
    await sleep("1ms");
    return `${key}!`;
  },
  inTurns: coroutine(function* inTurns(a: number, b: number) {
    yield;
    return a + b;
  }),
  plain: (a: number) => a + 1,
  task: () => currentTask()?.getName(),
  stored: async () => storage.getStore() ?? null,
  fail: async () => {
    throw new HttpError("no", 500);
  },
  cancelled: async () => {
    throw new CancelledError("by itself");
  },
  giveFunction: () => () => 1,
  forEver: async () => {
    mayBegin.setResult();
    try {
      await new Future<void>();
    } finally {
      ends.push("forEver");
    }
  },
  begun: () => mayBegin,
  told: (...args: unknown[]) => told.setResult(args),
  broken: () => {
    throw new Error("told in vain");
  },
};

afterEach(() => {
  expect(allTasks().size).toBe(0);
  ends.length = 0;
  told = new Future();
  mayBegin = new Future();
});

describe.each(kinds)("a job in $kind", ({ Executor }) => {
  const pool = new Executor(2, { functions });
  afterAll(() => pool.shutdown());

  test("calls coroutine functions of the main thread, and awaits them", async () => {
    expect(await pool.submit(askTwice, "a")).toEqual(["a!", "aa!"]);
  });

  test("calls functions of any kind, each in a task of its own", async () => {
    const answers = [
      await pool.submit<unknown[], unknown>(ask as never, "inTurns", 2, 3),
      await pool.submit<unknown[], unknown>(ask as never, "plain", 1),
      await pool.submit<unknown[], unknown>(ask as never, "task"),
    ];
    expect(answers).toEqual([5, 2, "task"]);
  });

  test("calls them in the async context of the submit", async () => {
    const call = () => pool.submit<unknown[], unknown>(ask as never, "stored");
    expect(await storage.run("request 1", call)).toBe("request 1");
    expect(await call()).toBe(null);
  });

  test("gets their errors, as it gives its own", async () => {
    const error = (await failureOf(pool.submit(ask as never, ...(["fail"] as never)))) as HttpError;
    expect([error.name, error.message, error.status]).toEqual(["HttpError", "no", 500]);
  });

  test("gets their cancellation", async () => {
    const job = pool.submit(ask as never, ...(["cancelled"] as never));
    expect(await failureOf(job)).toEqual(new CancelledError("by itself"));
  });

  test("is told of functions that there are none of, and of what can't be sent", async () => {
    const message = `the executor was given no function "nothing" to call; it has ${Object.keys(functions).join(", ")}`;
    expect(await failureOf(pool.submit(ask as never, ...(["nothing"] as never)))).toEqual(new RuntimeError(message));
    const error = await failureOf(pool.submit(ask as never, ...(["giveFunction"] as never)));
    expect(String(error)).toContain("TypeError: the result of giveFunction() can't be sent");
    expect(String(await failureOf(pool.submit(ask as never, ...(["toString"] as never))))).toContain("no function");
  });

  test("cancels the task of a call that it cancels", async () => {
    expect(await pool.submit(askAndCancel, "forEver")).toBe("CancelledError: no longer needed");
    while (ends.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(ends).toEqual(["forEver"]);
  });

  test("that is cancelled cancels its calls", async () => {
    const job = pool.submit(ask as never, ...(["forEver"] as never));
    await mayBegin;
    job.cancel();
    while (ends.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(ends).toEqual(["forEver"]);
  });

  test("whose worker dies cancels its calls", async () => {
    expect(await failureOf(pool.submit(askAndExit, "forEver"))).toBeInstanceOf(BrokenWorkerError);
    while (ends.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(ends).toEqual(["forEver"]);
  });

  test("calls functions soon, and does not wait for them", async () => {
    await pool.submit(tell as never, ...(["told", 1, "two"] as never));
    expect(await told).toEqual([1, "two"]);
  });

  test("whose call fails that nobody waits for: the loop's exception handler is told", async () => {
    const reports: unknown[] = [];
    getEventLoop().setExceptionHandler((_, { exception }) => reports.push(exception));
    await pool.submit(tell as never, ...(["broken"] as never));
    while (reports.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    getEventLoop().setExceptionHandler(null);
    expect(reports).toEqual([new Error("told in vain")]);
  });
});

describe("runCoroutineThreadsafe with a loop", () => {
  test("makes a task of that loop, and gives its outcome", async () => {
    const loop = newEventLoop();
    const future = runCoroutineThreadsafe(async () => currentTask()?.getLoop() === loop, loop);
    expectTypeOf(future).toEqualTypeOf<Future<boolean>>();
    const failed = runCoroutineThreadsafe(async () => Promise.reject(new Error("no")), loop);
    const cancelled = runCoroutineThreadsafe(functions.cancelled, loop);
    await loop.runUntilComplete(async () => sleep("1ms"));
    expect(future.result()).toBe(true);
    expect(failed.exception()).toEqual(new Error("no"));
    expect(cancelled.cancelled()).toBe(true);
    loop.close();
  });

  test("a cancelled future cancels its task", async () => {
    const future = runCoroutineThreadsafe(functions.forEver, getEventLoop());
    await mayBegin;
    future.cancel();
    while (ends.length === 0) await sleep("1ms");
    expect(ends).toEqual(["forEver"]);
  });

  test("refuses what is no coroutine, and what is no loop", async () => {
    expect(await failureOf(runCoroutineThreadsafe(5 as never, getEventLoop()))).toBeInstanceOf(TypeError);
    expect(() => runCoroutineThreadsafe(functions.forEver, 5 as never)).toThrow("loop must be an event loop, got 5");
  });
});

test("outside of jobs there is nothing to call by name", () => {
  const message = "lookup() of the loop can be called by a job in a worker, and by nothing else";
  expect(() => runCoroutineThreadsafe<typeof functions.lookup>("lookup", "a")).toThrow(new RuntimeError(message));
  expect(() => callSoonThreadsafe<typeof functions.lookup>("lookup", "a")).toThrow(new RuntimeError(message));
});

test("functions must be functions", () => {
  expect(() => new ThreadPoolExecutor(1, { functions: { a: 5 as never } })).toThrow(
    "functions.a must be a function, got 5",
  );
  expect(() => new ThreadPoolExecutor(1, { functions: 5 as never })).toThrow(TypeError);
});
