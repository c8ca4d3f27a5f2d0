import { CancelledError, RuntimeError, ValueError } from "@tsyncio/contract";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { asTask, createTask, gather, isCoroutine } from "@tsyncio/tasks";
import { failure, on, outcome, worldOf } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";
import { both } from "./support.ts";

describe("sleep", () => {
  both("waits for seconds, or for a string that says its unit", function* ({ loop }) {
    const times: number[] = [];
    for (const delay of [2, 0.5, "250ms", "1.5s", "2m", "1h"] as const) {
      const start = loop.time();
      yield* on(sleep(delay));
      times.push(loop.time() - start);
    }
    expect(times).toEqual([2, 0.5, 0.25, 1.5, 120, 3600]);
  });

  both("gives its value", function* () {
    expect(yield* on(sleep(1, "value"))).toBe("value");
    expect(yield* on(sleep(0, "at once"))).toBe("at once");
    expect(yield* on(sleep(1))).toBe(undefined);
  });

  both("at 0 and below gives up one turn of the loop", function* ({ loop }) {
    for (const delay of [0, -1, "0s", "-5ms"] as const) {
      const trace: string[] = [];
      loop.callSoon(() => {
        trace.push("next turn");
        loop.callSoon(() => trace.push("the turn after"));
      });
      yield* on(sleep(delay));
      expect(trace).toEqual(["next turn"]);
      yield* on(sleep(0));
    }
    expect(loop.time()).toBe(0);
  });

  both("many end in the order of their deadlines, equal ones in the order they began", function* ({ fn }) {
    const trace: string[] = [];
    const sleeper = (name: string, seconds: number) =>
      fn(function* () {
        yield* on(sleep(seconds));
        trace.push(name);
      });
    yield* on(gather(sleeper("c", 2), sleeper("a", 1), sleeper("d", 2), sleeper("b", 1)));
    expect(trace).toEqual(["a", "b", "c", "d"]);
  });

  both("that is cancelled leaves no timer", function* ({ fn, loop }) {
    const task = createTask(
      fn(function* () {
        yield* on(sleep("30m"));
      }),
    );
    yield* on(sleep(1));
    task.cancel("awake");
    expect(yield* failure(task)).toEqual(new CancelledError("awake"));
    expect(loop.time()).toBe(1);
  });

  both("that is cancelled in the turn in which it rings ends by that", function* ({ fn, loop }) {
    let task: ReturnType<typeof createTask> | undefined;
    loop.callLater(1, () => task?.cancel("just before"));
    task = createTask(
      fn(function* () {
        yield* on(sleep(1));
      }),
    );
    expect(yield* failure(task)).toEqual(new CancelledError("just before"));
  });

  it("of 30 days does not end at once", async () => {
    const loop = newVirtualLoop();
    await loop.runUntilComplete(() => sleep("720h"));
    expect(loop.time()).toBe(2_592_000);
    loop.close();
  });

  it("refuses at the call what is no delay", () => {
    expect(outcome(() => sleep(Number.NaN))).toEqual(new ValueError("Invalid delay: NaN (not a number)"));
    expect(outcome(() => sleep("soon" as never))).toEqual(
      new ValueError('Invalid delay: "soon" (write a number and a unit: "250ms", "1.5s", "2m", "1h")'),
    );
    expect(outcome(() => sleep("5" as never))).toBeInstanceOf(ValueError);
    expect(outcome(() => sleep(null as never))).toEqual(
      new TypeError('delay must be a number of seconds or a string such as "250ms", got null'),
    );
  });

  both("is a coroutine: lazy, for one use, and it may become a task", function* ({ loop }) {
    const made = sleep(1, "once");
    expect(isCoroutine(made)).toBe(true);
    yield* on(sleep(5));
    expect(yield* on(made)).toBe("once");
    expect(loop.time()).toBe(6);
    expect(yield* failure(made)).toEqual(
      new RuntimeError("cannot reuse already awaited coroutine (call the coroutine function again for a fresh one)"),
    );
    expect(yield* on(createTask(sleep(1, "a task")))).toBe("a task");
  });

  it.each([0, 1])("of %d s, driven by something that is no task, throws at its second step", (delay) => {
    expect(() => [...sleep(delay)]).toThrow(/was driven by something that is no task: write yield\*/);
  });

  it("that is closed can't be awaited", async () => {
    const made = sleep(1);
    made.close();
    await expect(made).rejects.toThrow("cannot reuse already awaited coroutine");
  });

  it("shows what a task sleeps for", async () => {
    const world = worldOf();
    const task = world.loop.createTask(sleep("1h"), { name: "T" });
    await world.loop.runUntilComplete(sleep(1));
    expect(String(task)).toBe("<Task pending name='T' coro=sleep wait=<sleep pending>>");
    task.cancel();
    await world.loop.runUntilComplete(task).catch(() => {});
    world.leave();
  });
});

describe("sleep in plain async code, without a run", () => {
  it("works on the default loop, in real time", async () => {
    const start = performance.now();
    expect(await sleep("10ms", "value")).toBe("value");
    expect(performance.now() - start).toBeGreaterThanOrEqual(9);
    expect(await Promise.all([sleep("1ms", 1), sleep(0, 2)])).toEqual([1, 2]);
  });
});

describe("debug mode and delays that look like milliseconds", () => {
  it("warns of plain numbers of 100 and more, once per place", async () => {
    const world = worldOf({ debug: true });
    await world.loop.runUntilComplete(async () => {
      for (let i = 0; i < 3; i++) await sleep(200);
      await sleep(99);
      await sleep("200s");
    });
    const [line, ...more] = world.takeLog();
    expect(more).toEqual([]);
    expect(line).toMatch(
      /^delay 200 is in seconds: write "200ms" if milliseconds are meant, "200s" if not \(at .*sleep\.test\.ts:\d+:\d+\)$/,
    );
    world.leave();
  });

  it("says nothing outside of debug mode", async () => {
    const world = worldOf();
    await world.loop.runUntilComplete(() => sleep(500));
    world.leave();
  });
});

describe("debug mode and a sleep in a host callback", () => {
  /** What is logged of a main that has `callback` called by a timer of the host. */
  const logOf = async (register: (callback: () => Promise<void>) => void) => {
    const world = worldOf({ debug: true });
    await world.loop.runUntilComplete(
      () =>
        new Promise<void>((resolve) => {
          register(async () => {
            await sleep(0);
            resolve();
          });
        }),
    );
    const log = world.takeLog();
    world.leave();
    return log;
  };

  it("warns when it runs for the task that made the callback, and not when the callback has one of its own", async () => {
    expect(await logOf((callback) => setTimeout(callback, 1))).toEqual([
      expect.stringMatching(
        /^sleep\(\) in a callback of the host \(Timeout\) runs for Task-\d+, which made the callback/,
      ),
    ]);
    expect(await logOf((callback) => setTimeout(asTask(callback), 1))).toEqual([]);
  });
});
