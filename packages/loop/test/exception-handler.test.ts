import type { ExceptionContext, LoopContract } from "@tsyncio/contract";
import { newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { describe, expect, test } from "vitest";
import { logOf, runFor, watchedLoop } from "./support.ts";

const error = new RangeError("by zero");
function divide(): void {
  throw error;
}

test("is told the loop, what happened, the error and the handle", async () => {
  const calls: [LoopContract, ExceptionContext][] = [];
  const loop = newVirtualLoop();
  loop.setExceptionHandler((...args) => calls.push(args));
  const handle = loop.callSoon(divide);
  await runFor(loop, 1);
  const context = { message: "Exception in callback <Handle divide()>", exception: error, handle };
  expect(calls).toEqual([[loop, context]]);
});

test("of a loop without one writes the message, the details and the error", async () => {
  const loop = newVirtualLoop();
  const log = logOf(loop);
  loop.callSoon(divide);
  await runFor(loop, 1);
  const message = "Exception in callback <Handle divide()>\nhandle: <Handle divide()>";
  expect(log).toEqual([{ level: "error", message, error }]);
});

test("of a loop without one writes where the thing was made, if that is known", () => {
  const loop = newVirtualLoop();
  const log = logOf(loop);
  loop.callExceptionHandler({ message: "lost", future: "<Future>", source: "main.ts:3:7" });
  expect(log).toEqual([
    { level: "error", message: "lost\nfuture: <Future>\ncreated at main.ts:3:7", error: undefined },
  ]);
});

test("can call the default one", () => {
  const loop = newVirtualLoop();
  const log = logOf(loop);
  loop.setExceptionHandler((_, context) => loop.defaultExceptionHandler(context));
  loop.callExceptionHandler({ message: "passed on" });
  expect(log).toMatchObject([{ message: "passed on" }]);
});

test("can be set, read, and taken back", () => {
  const handler = () => {};
  const loop = newEventLoop({ exceptionHandler: handler });
  expect(loop.getExceptionHandler()).toBe(handler);
  loop.setExceptionHandler(null);
  expect(loop.getExceptionHandler()).toBeNull();
  for (const [bad, got] of [
    [undefined, "undefined"],
    [5, "5"],
    [{}, "an object"],
  ]) {
    expect(() => loop.setExceptionHandler(bad as never)).toThrow(
      new TypeError(`A callable object or null is expected, got ${got}`),
    );
  }
  expect(loop.getExceptionHandler()).toBeNull();
});

test("that fails itself loses neither its own error nor the one that it was told", async () => {
  const own = new Error("no disk");
  const loop = newVirtualLoop({
    exceptionHandler: () => {
      throw own;
    },
  });
  const log = logOf(loop);
  let ran = false;
  loop.callSoon(divide);
  loop.callSoon(() => {
    ran = true;
  });
  await runFor(loop, 1);
  expect(log).toMatchObject([
    { message: "Exception in callback <Handle divide()>\nhandle: <Handle divide()>", error },
    { message: "Unhandled error in exception handler", error: own },
  ]);
  expect(ran).toBe(true);
});

describe("may", () => {
  test("schedule callbacks, which run in the next turn", async () => {
    const order: string[] = [];
    const loop = newVirtualLoop({
      exceptionHandler: () => {
        order.push("handler");
        loop.callSoon(() => order.push("scheduled by the handler"));
      },
    });
    loop.callSoon(divide);
    loop.callSoon(() => order.push("same turn"));
    await runFor(loop, 1);
    expect(order).toEqual(["handler", "same turn", "scheduled by the handler"]);
  });

  test("stop the loop", async () => {
    const loop = newVirtualLoop({ exceptionHandler: () => loop.stop() });
    loop.callSoon(divide);
    await loop.runForever();
    expect(loop.isRunning()).toBe(false);
  });

  test("replace itself", async () => {
    const told: string[] = [];
    const loop = newVirtualLoop({
      exceptionHandler: () => {
        told.push("first");
        loop.setExceptionHandler(() => told.push("second"));
      },
    });
    loop.callSoon(divide);
    loop.callSoon(divide);
    await runFor(loop, 1);
    expect(told).toEqual(["first", "second"]);
  });
});

describe("errors that nobody reads", () => {
  /** A failure that counts how often it is reported. */
  const failure = (loop: LoopContract, message: string) => ({
    read: false,
    isRead() {
      return this.read;
    },
    report() {
      this.read = true;
      loop.callExceptionHandler({ message });
    },
  });
  const settled = () => new Promise((resolve) => setTimeout(resolve, 10));

  test("are reported once, when their time is up", async () => {
    const { loop, reports } = watchedLoop({ unreadErrorsAfter: "1ms" });
    const read = failure(loop, "read in time");
    loop.watchFailure(failure(loop, "one"));
    loop.watchFailure(read);
    loop.watchFailure(failure(loop, "two"));
    read.read = true;
    expect(reports).toEqual([]);
    await settled();
    expect(reports).toEqual([{ message: "one" }, { message: "two" }]);
    loop.close();
    await settled();
    expect(reports).toHaveLength(2);
  });

  test("that come later have their own time", async () => {
    const { loop } = watchedLoop({ unreadErrorsAfter: "20ms" });
    const told: string[] = [];
    const both = new Promise<number>((resolve) => {
      loop.setExceptionHandler((_, { message }) => {
        told.push(message);
        if (told.length === 2) resolve(performance.now());
      });
    });
    loop.watchFailure(failure(loop, "early"));
    await new Promise((resolve) => setTimeout(resolve, 10));
    const start = performance.now();
    loop.watchFailure(failure(loop, "late"));
    // Timers of the host may be early by a millisecond.
    expect((await both) - start).toBeGreaterThan(18);
    expect(told).toEqual(["early", "late"]);
  });

  test("are reported when their loop is closed", () => {
    const { loop, reports } = watchedLoop({ unreadErrorsAfter: "1h" });
    loop.watchFailure(failure(loop, "one"));
    loop.close();
    expect(reports).toEqual([{ message: "one" }]);
  });

  test("of a closed loop have their time too, for who waits for them on another loop", async () => {
    const { loop, reports } = watchedLoop({ unreadErrorsAfter: "1ms" });
    loop.close();
    const read = failure(loop, "read in time");
    loop.watchFailure(read);
    loop.watchFailure(failure(loop, "unread"));
    read.read = true;
    expect(reports).toEqual([]);
    await settled();
    expect(reports).toEqual([{ message: "unread" }]);
  });

  test("with a time that no host timer has do not come at once", async () => {
    const { loop, reports } = watchedLoop({ unreadErrorsAfter: "1000h" });
    loop.watchFailure(failure(loop, "one"));
    await settled();
    expect(reports).toEqual([]);
    loop.close();
  });
});
