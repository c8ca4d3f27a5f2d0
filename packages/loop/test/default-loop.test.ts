import {
  type ExceptionHandler,
  type Executor,
  type FutureContract,
  type LoopContract,
  RuntimeError,
  type TaskFactory,
} from "@tsyncio/contract";
import { EventLoop, getEventLoop, getRunningLoop, newEventLoop, setEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { inLoop, logOf } from "./support.ts";

afterEach(() => setEventLoop(null));

describe("the default loop", () => {
  test("is one and the same, anywhere", async () => {
    const loop = getEventLoop();
    expect(loop).toBeInstanceOf(EventLoop);
    expect(getEventLoop()).toBe(loop);
    await Promise.resolve();
    expect(getEventLoop()).toBe(loop);
    expect(newEventLoop()).not.toBe(loop);
  });

  test("is pumped by the host whenever it has work", async () => {
    const loop = getEventLoop();
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => {
      loop.callSoon(() => seen.push(getRunningLoop() === loop, loop.isRunning()));
      loop.callLater("1ms", resolve);
    });
    expect(seen).toEqual([true, true]);
    expect(loop.isRunning()).toBe(false);
  });

  test("may be run until stop(), and is pumped on after that", async () => {
    const loop = getEventLoop();
    const ran: string[] = [];
    loop.callSoon(() => {
      ran.push("stopping");
      loop.stop();
      loop.callSoon(() => ran.push("next turn"));
    });
    await loop.runForever();
    await new Promise<void>((resolve) => loop.callSoon(resolve));
    expect(ran).toEqual(["stopping", "next turn"]);
  });

  test("goes on after stop() that nobody waits for", async () => {
    const loop = getEventLoop();
    loop.callSoon(() => loop.stop());
    await new Promise<void>((resolve) => loop.callLater("1ms", resolve));
    const turns: number[] = [];
    loop.callSoon(() => {
      turns.push(1);
      loop.callSoon(() => {
        turns.push(2);
        loop.stop();
      });
    });
    await loop.runForever();
    expect(turns).toEqual([1, 2]);
  });

  test("once closed is followed by another", async () => {
    const loop = getEventLoop();
    loop.close();
    const next = getEventLoop();
    expect(next).not.toBe(loop);
    expect(next.isClosed()).toBe(false);
    await new Promise<void>((resolve) => next.callSoon(resolve));
  });

  test("can be closed by native code in the middle of a turn", async () => {
    const loop = getEventLoop();
    const ran: string[] = [];
    loop.callSoon(async () => {
      await null;
      loop.close();
    });
    loop.callSoon(() => ran.push("same turn"));
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect([loop.isClosed(), ran]).toEqual([true, []]);
  });

  test("goes on after SystemExit in a callback, which the host is told of", async () => {
    const loop = getEventLoop() as EventLoop;
    const told: unknown[] = [];
    const { reportUnhandled } = loop.host;
    loop.host.reportUnhandled = (error) => told.push(error);
    try {
      const { SystemExit } = await import("@tsyncio/contract");
      const exit = new SystemExit(3);
      await new Promise<void>((resolve) => {
        loop.callSoon(() => {
          throw exit;
        });
        loop.callSoon(resolve);
      });
      expect(told).toEqual([exit]);
    } finally {
      loop.host.reportUnhandled = reportUnhandled;
    }
  });

  test("tells the host of errors, where others write them, unless it has a handler", async () => {
    const loop = getEventLoop() as EventLoop;
    const told: unknown[] = [];
    const { reportUnhandled, log } = loop.host;
    loop.host.reportUnhandled = (error) => told.push(error);
    const lines = logOf(loop);
    try {
      const error = new Error("in a callback");
      const fail = () => {
        throw error;
      };
      await new Promise<void>((resolve) => {
        loop.callSoon(fail);
        loop.callSoon(resolve);
      });
      expect([told, lines]).toEqual([[error], []]);
      const handled: unknown[] = [];
      loop.setExceptionHandler((_, { exception }) => handled.push(exception));
      await new Promise<void>((resolve) => {
        loop.callSoon(fail);
        loop.callSoon(resolve);
      });
      expect([told, handled]).toEqual([[error], [error]]);
      loop.setExceptionHandler(null);
      loop.callExceptionHandler({ message: "no error to tell" });
      expect(lines).toMatchObject([{ message: "no error to tell" }]);
    } finally {
      Object.assign(loop.host, { reportUnhandled, log });
    }
  });
});

describe("getEventLoop", () => {
  test("is the running loop in its callbacks", async () => {
    const loop = newVirtualLoop();
    expect(await inLoop(() => getEventLoop(), loop)).toBe(loop);
  });

  test("is what setEventLoop was given, where no loop runs", async () => {
    const set = newEventLoop();
    const running = newVirtualLoop();
    setEventLoop(set);
    expect(getEventLoop()).toBe(set);
    expect(await inLoop(() => getEventLoop(), running)).toBe(running);
    setEventLoop(null);
    expect(getEventLoop()).not.toBe(set);
  });

  test("is the default one again when the loop that was set is closed", () => {
    const loop = newEventLoop();
    setEventLoop(loop);
    loop.close();
    expect(getEventLoop()).not.toBe(loop);
  });
});

test("what getEventLoop and getRunningLoop give has all of asyncio's loop", async () => {
  const loop = getEventLoop();
  const signals = { added: false, removed: false };
  loop.callSoonThreadsafe(() => {
    const running = getRunningLoop();
    running.addSignalHandler("SIGUSR2", () => {});
    signals.added = process.listenerCount("SIGUSR2") === 1;
    signals.removed = running.removeSignalHandler("SIGUSR2");
  });
  await new Promise<void>((resolve) => loop.callSoon(resolve));
  expect(signals).toEqual({ added: true, removed: true });
  expectTypeOf(loop.setExceptionHandler).parameter(0).toEqualTypeOf<ExceptionHandler | null>();
  expectTypeOf(loop.getTaskFactory).returns.toEqualTypeOf<TaskFactory | null>();
  expectTypeOf(loop.runInExecutor(fakeExecutor, (a: number) => String(a), 1)).toEqualTypeOf<FutureContract<string>>();
  loop.slowCallbackDuration = "200ms";
  expectTypeOf(loop.slowCallbackDuration).toEqualTypeOf<number>();
});

const fakeExecutor: Executor = {
  submit: <T>() => null as unknown as FutureContract<T>,
  shutdown: () => Promise.resolve(),
};

test("setEventLoop refuses what is no loop, and closed loops, and keeps what was set", () => {
  const loop = newEventLoop();
  setEventLoop(loop);
  for (const [bad, got] of [
    [undefined, "undefined"],
    ["loop", '"loop"'],
    [{}, "an object"],
  ]) {
    expect(() => setEventLoop(bad as LoopContract)).toThrow(
      new TypeError(`loop must be an event loop or null, got ${got}`),
    );
  }
  const closed = newEventLoop();
  closed.close();
  expect(() => setEventLoop(closed)).toThrow(new RuntimeError("Event loop is closed"));
  expect(getEventLoop()).toBe(loop);
});
