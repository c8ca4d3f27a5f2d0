import { type Delay, type Runnable, registry } from "@tsyncio/contract";
import { callerLocation, newEventLoop, secondsOf, warnOnce, withoutOurFrames } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { logOf, runFor, watchedLoop } from "./support.ts";

/** The time that callbacks are measured by. */
let now = 0;
beforeEach(() => {
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Uses up time. */
function block(ms: number): void {
  now += ms;
}

test("debug mode can be set and read", () => {
  const loop = newVirtualLoop({ debug: true });
  expect(loop.getDebug()).toBe(true);
  loop.setDebug(false);
  expect(loop.getDebug()).toBe(false);
});

test("the packages above know that some loop is in debug mode", () => {
  registry.debugging = false;
  newVirtualLoop({ debug: false }).setDebug(false);
  expect(registry.debugging).toBe(false);
  newVirtualLoop().setDebug(true);
  expect(registry.debugging).toBe(true);
});

describe("slow callbacks", () => {
  /** What a loop whose limit is 100 ms logs while it runs what `add` gave it. */
  async function logged(add: (loop: ReturnType<typeof newVirtualLoop>) => void, debug = true): Promise<string[]> {
    const loop = newVirtualLoop({ debug });
    const log = logOf(loop);
    add(loop);
    await runFor(loop, 10);
    return log.map(({ message }) => message.replace(/ created at .*?>/, ">"));
  }

  test("are named in debug mode, the fast ones are not", async () => {
    const log = await logged((loop) => {
      loop.callSoon(function fast() {
        block(99);
      });
      loop.callSoon(function slow() {
        block(100);
      });
      loop.callLater(1, function slowToo() {
        block(100);
      });
    });
    expect(log).toEqual([
      "Executing <Handle slow()> took 0.100 seconds",
      "Executing <TimerHandle slowToo()> took 0.100 seconds",
    ]);
  });

  test("are named when they are runnables that wake no native code, too", async () => {
    const log = await logged((loop) => {
      loop.enqueue(Object.assign({ run: () => block(100) }, { toString: () => "a step" }) as Runnable);
      loop.enqueue({ run() {} });
    });
    expect(log).toEqual(["Executing a step took 0.100 seconds"]);
  });

  test("are not looked for outside of debug mode", async () => {
    expect(await logged((loop) => loop.callSoon(() => block(100)), false)).toEqual([]);
  });

  test("include the native code that they wake, until it gives the thread back", async () => {
    const log = await logged((loop) => {
      loop.callSoon(async function handler() {
        await null;
        block(100);
      });
    });
    expect(log).toEqual(["Executing <Handle handler()> took 0.100 seconds"]);
  });

  test("that throw are named too", async () => {
    const { loop, reports } = watchedLoop({ debug: true });
    const log = logOf(loop);
    loop.callSoon(function failing() {
      block(100);
      throw new Error("slow and wrong");
    });
    await runFor(loop, 1);
    expect(reports).toHaveLength(1);
    expect(log.map(({ message }) => message)).toEqual([expect.stringMatching(/^Executing <Handle failing\(\)/)]);
  });

  test("do not include what the host does between turns", async () => {
    const loop = newEventLoop({ debug: true });
    const warned = vi.spyOn(loop.host, "log");
    loop.callSoon(function innocent() {
      setImmediate(() => {
        block(100);
        loop.callSoon(() => loop.stop());
      });
    });
    await loop.runForever();
    expect(warned).not.toHaveBeenCalled();
  });

  test("have a limit of 0.1 s, which takes any delay and refuses what is none", () => {
    const loop = newVirtualLoop();
    expect(loop.slowCallbackDuration).toBe(0.1);
    loop.slowCallbackDuration = "50ms";
    expect(loop.slowCallbackDuration).toBe(0.05);
    expect(() => {
      loop.slowCallbackDuration = "50" as Delay;
    }).toThrow(/^Invalid slowCallbackDuration: "50" /);
    expect(loop.slowCallbackDuration).toBe(0.05);
  });
});

describe("the place where a handle was made", () => {
  const here = /debug\.test\.ts:\d+:\d+/;

  test("is known in debug mode", () => {
    const loop = newVirtualLoop({ debug: true });
    expect(loop.callSoon(() => {}).source).toMatch(here);
    expect(loop.callLater(1, () => {}).source).toMatch(here);
    expect(loop.callAt(1, () => {}).source).toMatch(here);
    expect(loop.callSoonThreadsafe(() => {}).source).toMatch(here);
    expect(String(loop.callSoon(function start() {}))).toMatch(
      /^<Handle start\(\) created at .*debug\.test\.ts:\d+:\d+>$/,
    );
  });

  test("is not looked for outside of it", () => {
    const loop = newVirtualLoop({ debug: false });
    expect(loop.callSoon(() => {}).source).toBeNull();
  });

  test("is told with the error of the callback", async () => {
    const { loop, reports } = watchedLoop({ debug: true });
    loop.callSoon(function divide() {
      throw new RangeError("by zero");
    });
    await runFor(loop, 1);
    expect(reports[0]?.message).toMatch(
      /^Exception in callback <Handle divide\(\) created at .*debug\.test\.ts:\d+:\d+>$/,
    );
  });
});

describe("delays that look like milliseconds", () => {
  test("are warned of in debug mode, once for each place", () => {
    const loop = newVirtualLoop({ debug: true });
    const log = logOf(loop);
    for (let i = 0; i < 3; i++) loop.callLater(250, () => {});
    loop.callLater(250, () => {});
    loop.callLater(99, () => {});
    loop.callLater(100, () => {});
    loop.callLater("500s", () => {});
    const message =
      /^delay 250 is in seconds: write "250ms" if milliseconds are meant, "250s" if not \(at .*debug\.test\.ts/;
    expect(log.map((line) => line.message)).toEqual([
      expect.stringMatching(message),
      expect.stringMatching(message),
      expect.stringMatching(/^delay 100 is in seconds/),
    ]);
  });

  test("are taken as they are outside of it", () => {
    const loop = newVirtualLoop({ debug: false });
    const log = logOf(loop);
    expect(loop.callLater(250, () => {}).when()).toBe(250);
    expect(secondsOf(1000, loop)).toBe(1000);
    expect(log).toEqual([]);
  });
});

test("a warning is given once for each place and text", () => {
  const loop = newVirtualLoop();
  const log = logOf(loop);
  for (let i = 0; i < 3; i++) {
    warnOnce(loop, "mind the gap");
    warnOnce(loop, "mind the step");
  }
  expect(log).toHaveLength(2);
  for (const { level, message } of log) {
    expect(level).toBe("warn");
    expect(message).toMatch(/^mind the (gap|step) \(at .*debug\.test\.ts:\d+:\d+\)$/);
  }
});

test("a trace without our frames has those of the user, and the message", async () => {
  const loop = newVirtualLoop();
  let stack = "";
  loop.callSoon(function inUserCode() {
    stack = new RangeError("by zero").stack ?? "";
  });
  await runFor(loop, 1);
  expect(stack).toContain("scheduler");
  const left = withoutOurFrames(stack).split("\n");
  expect(left[0]).toBe("RangeError: by zero");
  expect(left[1]).toMatch(/inUserCode .*debug\.test\.ts/);
  expect(left.filter((line) => /scheduler|handles\.js|node:internal/.test(line))).toEqual([]);
});

test("the place of a caller is the first that is not of these packages", () => {
  expect(callerLocation()).toMatch(/debug\.test\.ts:\d+:\d+$/);
  const places = [[1].map(() => callerLocation()), [callerLocation()]].flat();
  for (const place of places) expect(place).toMatch(/debug\.test\.ts:\d+:\d+$/);
});
