import { inspect } from "node:util";
import { type CoroutineGenerator, RuntimeError } from "@tsyncio/contract";
import { Coroutine, coroutine, createTask, currentTask, isCoroutine, isCoroutineFunction } from "@tsyncio/tasks";
import { failure, on, outcome, worldOf } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { both, pause, turn } from "./support.ts";

const REUSED = "cannot reuse already awaited coroutine (call the coroutine function again for a fresh one)";

describe("a coroutine function", () => {
  const add = coroutine(function* add(a: number, b: number) {
    yield* turn();
    return a + b;
  });

  both("passes on its arguments and gives the result", function* () {
    expect(yield* on(add(1, 2))).toBe(3);
  });

  both("passes on this", function* () {
    class Counter {
      count = 40;
      add = coroutine(function* (this: Counter, n: number) {
        yield* turn();
        this.count += n;
        return this.count;
      });
    }
    expect(yield* on(new Counter().add(2))).toBe(42);
  });

  it("keeps the name of its generator function", () => {
    expect(add.name).toBe("add");
    expect(coroutine(function* () {}).name).toBe("coroutine");
  });

  it("refuses what is no generator function", () => {
    expect(() => coroutine("x" as never)).toThrow(
      new TypeError('a generator function was expected by coroutine(), got "x"'),
    );
    const wrong = coroutine((async () => {}) as never);
    expect(() => wrong()).toThrow(
      new TypeError("coroutine() takes a generator function (function*), but coroutine returned a promise"),
    );
  });

  it("is told from other functions", () => {
    expect(isCoroutineFunction(add)).toBe(true);
    expect(isCoroutineFunction(function* () {})).toBe(true);
    expect(isCoroutineFunction(async () => {})).toBe(true);
    expect(isCoroutineFunction(() => add(1, 2))).toBe(false);
    expect(isCoroutineFunction(async function* () {})).toBe(false);
    expect(isCoroutineFunction(add(1, 2))).toBe(false);
    expect(isCoroutineFunction(null)).toBe(false);
  });
});

describe("a coroutine object", () => {
  it("is a Coroutine, and no generator, promise or function is one", () => {
    const made = turn();
    expect(made).toBeInstanceOf(Coroutine);
    expect(isCoroutine(made)).toBe(true);
    expect(isCoroutine((function* () {})())).toBe(false);
    expect(isCoroutine(Promise.resolve())).toBe(false);
    expect(isCoroutine(turn)).toBe(false);
    made.close();
  });

  both("runs nothing until it is awaited", function* () {
    const trace: string[] = [];
    const lazy = coroutine(function* () {
      trace.push("body");
      yield* turn();
    });
    const made = lazy();
    yield* on(pause(1));
    trace.push("awaits");
    yield* on(made);
    expect(trace).toEqual(["awaits", "body"]);
  });

  both("runs inline in the task that awaits it, without a turn of the loop", function* ({ loop }) {
    const trace: string[] = [];
    const who = coroutine(function* () {
      return currentTask()?.getName();
    });
    loop.callSoon(() => trace.push("a turn later"));
    expect(yield* on(who())).toBe(currentTask()?.getName());
    expect(trace).toEqual([]);
  });

  both("can be awaited once", function* () {
    const made = turn();
    yield* on(made);
    expect(yield* failure(made)).toEqual(new RuntimeError(REUSED));
  });

  both("can't be awaited by two at the same time", function* ({ fn }) {
    const made = pause(1);
    const first = createTask(
      fn(function* () {
        yield* on(made);
      }),
    );
    yield* on(turn());
    const error = yield* failure(made);
    expect(error).toBeInstanceOf(RuntimeError);
    expect((error as Error).message).toMatch(/^(coroutine is being awaited already|cannot reuse already awaited)/);
    yield* on(first);
  });

  both("can't be awaited after it became a task", function* () {
    const made = turn();
    const task = createTask(made);
    yield* on(task);
    expect(yield* failure(made)).toEqual(new RuntimeError(REUSED));
  });

  both("can't become a task after it was awaited", function* () {
    const made = turn();
    yield* on(made);
    expect(yield* failure(createTask(made))).toEqual(new RuntimeError(REUSED));
  });

  both("that failed can't be awaited again", function* () {
    const made = coroutine(function* () {
      throw new Error("once");
    })();
    expect(yield* failure(made)).toEqual(new Error("once"));
    expect(yield* failure(made)).toEqual(new RuntimeError(REUSED));
  });

  it("outside any task becomes a task of the default loop when it is awaited", async () => {
    const who = coroutine(function* () {
      yield* turn();
      return currentTask()?.getName();
    });
    expect(await who()).toMatch(/^Task-\d+$/);
    expect(currentTask()).toBe(null);
  });

  it("that is closed runs its finally blocks, and can't be awaited", async () => {
    const trace: string[] = [];
    const world = worldOf();
    const held = coroutine(function* () {
      try {
        yield* pause(10);
      } finally {
        trace.push("finally");
      }
    });
    const unused = held();
    unused.close();
    unused.close();
    expect(trace).toEqual([]);
    const task = world.loop.createTask(held());
    await world.loop.runUntilComplete(turn());
    expect(task.done()).toBe(false);
    (task.getCoro() as Coroutine<void>).close();
    expect(trace).toEqual(["finally"]);
    await expect(unused).rejects.toThrow(REUSED);
    task.cancel();
    await world.loop.runUntilComplete(task).catch(() => {});
    world.leave();
  });

  it("that waits in its finally block can't be closed", () => {
    const stubborn = coroutine(function* () {
      try {
        yield;
      } finally {
        yield;
      }
    })();
    stubborn.open().next();
    expect(outcome(() => stubborn.close())).toEqual(new RuntimeError("coroutine ignored close()"));
  });

  it("driven by something that is no task throws at its second step", () => {
    const drive = (awaitable: Iterable<unknown>) => {
      let steps = 0;
      for (const _ of awaitable) steps++;
      return steps;
    };
    expect(() => drive(turn() as never)).toThrow(/was driven by something that is no task: write yield\*/);
  });

  it("throws when an async generator takes it by yield*", async () => {
    const wrong = async function* () {
      // @ts-expect-error It is no async iterable.
      yield* turn();
    };
    await expect(wrong().next()).rejects.toThrow(
      new TypeError("yield* of coroutine turn in an async generator: write await"),
    );
  });

  it("shows its name", () => {
    const made = turn();
    expect(String(made)).toBe("<Coroutine turn>");
    expect(inspect(made)).toBe("<Coroutine turn>");
    expect(Object.prototype.toString.call(made)).toBe("[object Coroutine]");
    made.close();
  });
});

describe("then, catch and finally of a coroutine", () => {
  it("give promises as those of a promise do", async () => {
    const fail = coroutine(function* () {
      throw new Error("no");
    });
    expect(await pause(0, 1).then((n) => (n ?? 0) + 1)).toBe(2);
    expect(await fail().catch((error) => (error as Error).message)).toBe("no");
    expect(await fail().then(null, () => "handled")).toBe("handled");
    const trace: string[] = [];
    await pause(0).finally(() => trace.push("finally"));
    await expect(fail().finally(() => trace.push("again"))).rejects.toThrow("no");
    expect(trace).toEqual(["finally", "again"]);
  });

  it("hand on what a handler throws", async () => {
    await expect(
      pause(0).then(() => {
        throw new Error("handler");
      }),
    ).rejects.toThrow("handler");
  });
});

describe("deep calls", () => {
  const down = coroutine(function* (depth: number): CoroutineGenerator<number> {
    if (depth > 0) return (yield* down(depth - 1)) + 1;
    yield;
    return 0;
  });
  const fail = coroutine(function* (depth: number): CoroutineGenerator<void> {
    if (depth === 0) throw new Error("the bottom");
    yield* fail(depth - 1);
  });

  both("10,000 coroutines deep run, return and fail", function* () {
    expect(yield* on(down(10_000))).toBe(10_000);
    expect(yield* failure(fail(10_000))).toEqual(new Error("the bottom"));
  });
});
