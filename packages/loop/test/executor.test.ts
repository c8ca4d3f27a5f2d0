import { type Executor, type FutureContract, RuntimeError, registry } from "@tsyncio/contract";
import { newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { afterEach, describe, expect, test } from "vitest";
import { logOf, Outcome } from "./support.ts";

/** An executor that keeps what it is asked for, and ends when it is told to. */
function fakeExecutor(loop = newEventLoop()) {
  const calls: unknown[] = [];
  let end = (_error?: Error) => {};
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve() : reject(error));
  });
  const executor: Executor = {
    submit<A extends unknown[], T>(fn: unknown, ...args: A): FutureContract<T> {
      calls.push(["submit", fn, ...args]);
      const outcome = new Outcome<T>(loop);
      outcome.settle(() => (fn as (...args: A) => T)(...args));
      return outcome as unknown as FutureContract<T>;
    },
    shutdown(options) {
      calls.push(["shutdown", options]);
      return options?.wait === false ? Promise.resolve() : ended;
    },
  };
  return { executor, calls, end };
}

const before = registry.defaultExecutor;
afterEach(() => {
  registry.defaultExecutor = before;
});

const add = (a: number, b: number) => a + b;

test("runInExecutor gives the function and its arguments to the executor, and its job back", async () => {
  const loop = newEventLoop();
  const { executor, calls } = fakeExecutor();
  expect(loop.runInExecutor(executor, add, 2, 3).result()).toBe(5);
  expect(calls).toEqual([["submit", add, 2, 3]]);
});

test("runInExecutor(null, …) runs on the default executor", () => {
  const loop = newEventLoop();
  const { executor, calls } = fakeExecutor();
  loop.setDefaultExecutor(executor);
  expect(loop.runInExecutor(null, add, 2, 3).result()).toBe(5);
  expect(calls).toHaveLength(1);
});

test("the default executor is made when it is needed, once", () => {
  const loop = newEventLoop();
  let made = 0;
  registry.defaultExecutor = () => {
    made++;
    return fakeExecutor().executor;
  };
  loop.runInExecutor(null, add, 1, 2);
  loop.runInExecutor(null, add, 1, 2);
  expect(made).toBe(1);
});

test("without a package that makes executors the error names it", () => {
  registry.defaultExecutor = null;
  expect(() => newEventLoop().runInExecutor(null, add, 1, 2)).toThrow(
    new RuntimeError('an executor is needed, and nothing makes one: import "@tsyncio/executors" first'),
  );
});

test("what is no function or no executor is refused", () => {
  const loop = newEventLoop();
  const { executor, calls } = fakeExecutor();
  expect(() => loop.runInExecutor(executor, 5 as never)).toThrow(
    new TypeError("a function was expected by runInExecutor(), got 5"),
  );
  for (const [bad, got] of [
    [undefined, "undefined"],
    [{}, "an object"],
    [add, "function add"],
  ]) {
    const error = new TypeError(`executor must have a submit() method, got ${got}`);
    expect(() => loop.runInExecutor(bad as never, add, 1, 2)).toThrow(error);
    expect(() => loop.setDefaultExecutor(bad as never)).toThrow(error);
  }
  expect(calls).toEqual([]);
});

describe("shutdownDefaultExecutor", () => {
  test("waits until the executor's work is done, after which nothing can be given to it", async () => {
    const loop = newEventLoop();
    const { executor, calls, end } = fakeExecutor();
    loop.setDefaultExecutor(executor);
    let over = false;
    const shutdown = loop.shutdownDefaultExecutor().then(() => {
      over = true;
    });
    expect(() => loop.runInExecutor(null, add, 1, 2)).toThrow(new RuntimeError("Executor shutdown has been called"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(over).toBe(false);
    end();
    await shutdown;
    expect(calls).toEqual([["shutdown", { wait: true }]]);
    await loop.shutdownDefaultExecutor();
    expect(calls).toHaveLength(1);
  });

  test("without an executor is done at once", async () => {
    await newEventLoop().shutdownDefaultExecutor("1h");
  });

  test("warns when the time is up, in asyncio's words, and cancels what is left", async () => {
    const loop = newVirtualLoop();
    const log = logOf(loop);
    const { executor, calls } = fakeExecutor();
    loop.setDefaultExecutor(executor);
    await loop.shutdownDefaultExecutor("1ms");
    expect(log.map(({ message }) => message)).toEqual([
      "The executor did not finishing joining its threads within 0.001 seconds.",
    ]);
    expect(calls).toEqual([
      ["shutdown", { wait: true }],
      ["shutdown", { wait: false, cancelFutures: true }],
    ]);
  });

  test("in time says nothing", async () => {
    const loop = newVirtualLoop();
    const log = logOf(loop);
    let timers = 0;
    loop.host.afterRealTime = () => {
      timers++;
      return () => timers--;
    };
    const { executor, calls, end } = fakeExecutor();
    loop.setDefaultExecutor(executor);
    const shutdown = loop.shutdownDefaultExecutor("1h");
    expect(timers).toBe(1);
    end();
    await shutdown;
    expect(timers).toBe(0);
    expect(log).toEqual([]);
    expect(calls).toHaveLength(1);
  });

  test("rejects with the executor's error", async () => {
    const loop = newEventLoop();
    const { executor, end } = fakeExecutor();
    loop.setDefaultExecutor(executor);
    const shutdown = loop.shutdownDefaultExecutor("1h");
    const error = new Error("a worker crashed");
    end(error);
    await expect(shutdown).rejects.toBe(error);
  });

  test("with a bad timeout does nothing", async () => {
    const loop = newEventLoop();
    const { executor, calls } = fakeExecutor();
    loop.setDefaultExecutor(executor);
    await expect(loop.shutdownDefaultExecutor(Number.NaN)).rejects.toThrow("Invalid timeout: NaN (not a number)");
    expect(calls).toEqual([]);
    loop.runInExecutor(null, add, 1, 2);
  });
});

describe("close", () => {
  test("ends the executor without waiting for its work", () => {
    const loop = newEventLoop();
    const { executor, calls } = fakeExecutor();
    loop.setDefaultExecutor(executor);
    loop.close();
    expect(calls).toEqual([["shutdown", { wait: false }]]);
  });

  test("tells the exception handler when that fails", async () => {
    const reports: unknown[] = [];
    const loop = newEventLoop({ exceptionHandler: (_, context) => reports.push(context) });
    const exception = new Error("a worker crashed");
    const shutdown = () => {
      throw exception;
    };
    loop.setDefaultExecutor({ submit: fakeExecutor().executor.submit, shutdown });
    loop.close();
    expect(loop.isClosed()).toBe(true);
    await Promise.resolve();
    await Promise.resolve();
    expect(reports).toEqual([{ message: "an error occurred during shutdown of the default executor", exception }]);
  });
});
