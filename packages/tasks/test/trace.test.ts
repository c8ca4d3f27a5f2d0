import { Future } from "@tsyncio/futures";
import { coroutine, createTask, gather, type Task, taskGroup } from "@tsyncio/tasks";
import { failure, on, worldOf } from "@tsyncio/test-support";
import { describe, expect, it, vi } from "vitest";
import { both, pause, turn, turns } from "./support.ts";

/** The stack of an error as function names, those of this file alone. */
const callers = (error: unknown): string[] =>
  ((error as Error).stack ?? "")
    .split("\n")
    .filter((line) => line.includes("    at "))
    .map((line) => line.replace(/^ +at (async )?/, "").replace(/ \((?!Task|inner|outer).*$/, ""));

const leaf = coroutine(function* leaf() {
  yield* turn();
  throw new Error("boom");
});
const middle = coroutine(function* middle() {
  yield* leaf();
});
const top = coroutine(function* top() {
  yield* middle();
});

describe("the trace of an error", () => {
  it("names the chain of coroutines, and no line of these packages", async () => {
    const world = worldOf();
    const task = world.loop.createTask(top, { name: "outer" });
    const error = await world.loop.runUntilComplete(task).catch((e: unknown) => e);
    expect(callers(error)).toEqual(["leaf", "middle (outer)", "top (outer)"]);
    expect((error as Error).stack).not.toMatch(/packages\/\w+\/(dist|src)/);
    world.leave();
  });

  it("names it across tasks, the innermost first", async () => {
    const world = worldOf();
    const joining = coroutine(function* joining() {
      yield* createTask(top(), { name: "inner" });
    });
    const task = world.loop.createTask(joining, { name: "outer" });
    const error = await world.loop.runUntilComplete(task).catch((e: unknown) => e);
    expect(callers(error)).toEqual(["leaf", "middle (inner)", "top (inner)", "joining (outer)"]);
    world.leave();
  });

  it("names it through gather and groups", async () => {
    const world = worldOf();
    const gathering = coroutine(function* gathering() {
      yield* gather(turn(), createTask(middle, { name: "inner" }));
    });
    const task = world.loop.createTask(gathering, { name: "outer" });
    const error = await world.loop.runUntilComplete(task).catch((e: unknown) => e);
    expect(callers(error)).toEqual(["leaf", "middle (inner)", "gathering (outer)"]);

    const grouping = coroutine(function* grouping() {
      yield* taskGroup(function* (tg) {
        tg.createTask(middle, { name: "inner" });
      });
    });
    const group = await world.loop.runUntilComplete(grouping).catch((e: unknown) => e);
    expect(callers((group as AggregateError).errors[0])).toEqual(["leaf", "middle (inner)"]);
    world.leave();
  });

  it("names it where an async function stands between", async () => {
    const world = worldOf();
    const between = async () => {
      await middle();
    };
    const above = coroutine(function* above() {
      yield* createTask(between, { name: "inner" });
    });
    const task = world.loop.createTask(above, { name: "outer" });
    const error = await world.loop.runUntilComplete(task).catch((e: unknown) => e);
    expect(callers(error)).toEqual(["leaf", "middle (inner)", "between (inner)", "above (outer)"]);
    world.leave();
  });

  it("names each coroutine once, also when it is thrown again on the way", async () => {
    const world = worldOf();
    const again = coroutine(function* again() {
      try {
        yield* leaf();
      } catch (error) {
        yield* turn();
        throw error;
      }
    });
    const task = world.loop.createTask(again, { name: "outer" });
    const error = await world.loop.runUntilComplete(task).catch((e: unknown) => e);
    expect(callers(error)).toEqual(["leaf", "again (outer)"]);
    world.leave();
  });

  both("of one that is frozen is left as it is", function* ({ fn }) {
    const frozen = Object.freeze(new Error("frozen"));
    const task = createTask(
      fn(function* () {
        yield* on(turn());
        throw frozen;
      }),
    );
    expect(yield* failure(task)).toBe(frozen);
  });
});

describe("getStack and printStack", () => {
  it("show the coroutines of a task, the outermost first, where they stand in debug mode", async () => {
    const world = worldOf({ debug: true });
    const waiting = coroutine(function* waiting() {
      yield* new Future<void>();
    });
    const calling = coroutine(function* calling() {
      yield* waiting();
    });
    const task = world.loop.createTask(calling(), { name: "T" }) as Task<void>;
    await world.loop.runUntilComplete(turns(2));
    const here = new URL(import.meta.url).pathname;
    expect(task.getStack()).toEqual([
      { name: "calling", file: expect.stringContaining("trace.test.ts"), line: expect.any(Number) },
      { name: "waiting", file: null, line: null },
    ]);
    expect(task.getStack()[0]?.file).toContain(here.split("/").at(-1));
    expect(task.getStack({ limit: 1 }).map(({ name }) => name)).toEqual(["waiting"]);
    expect(task.getStack({ limit: 0 })).toEqual([]);
    expect(task.getStack({ limit: 100 })).toHaveLength(2);
    let text = "";
    task.printStack({ file: { write: (part) => (text += part) } });
    expect(text).toMatch(
      /^Stack for <Task pending name='T' coro=calling wait=.*> \(most recent call last\):\n {2}in calling \(.*trace\.test\.ts:\d+\)\n {2}in waiting\n$/,
    );
    task.cancel();
    await world.loop.runUntilComplete(task).catch(() => {});
    expect(task.getStack()).toEqual([]);
    world.leave();
  });

  it("write to the error console when no file is given", async () => {
    const world = worldOf();
    const task = world.loop.createTask(turn, { name: "T" }) as Task<void>;
    const written = vi.spyOn(console, "error").mockImplementation(() => {});
    await world.loop.runUntilComplete(task);
    task.printStack();
    expect(written.mock.calls).toEqual([["No stack for <Task finished name='T' coro=turn result=undefined>"]]);
    written.mockRestore();
    world.leave();
  });

  it("the cost of a resume does not grow with the depth of the calls", async () => {
    const world = worldOf();
    const ROUNDS = 20_000;
    const spin = coroutine(function* spin() {
      for (let i = 0; i < ROUNDS; i++) yield;
    });
    const deep = (depth: number): (() => Generator<never, void>) =>
      coroutine(function* () {
        if (depth === 0) yield* spin();
        else yield* deep(depth - 1)();
      } as never) as never;
    const time = async (depth: number) => {
      let best = Number.POSITIVE_INFINITY;
      for (let attempt = 0; attempt < 5; attempt++) {
        const start = performance.now();
        await world.loop.runUntilComplete(deep(depth) as never);
        best = Math.min(best, performance.now() - start);
      }
      return best;
    };
    await time(1);
    // Through nested yield* a resume would cost 100 times as much.
    expect((await time(500)) / (await time(1))).toBeLessThan(8);
    world.leave();
  });
});

describe("describeWait", () => {
  both("says what a task waits for", function* ({ fn }) {
    const task = createTask(
      fn(function* waiter() {
        yield* on(createTask(pause(1), { name: "inner" }));
      }),
    ) as Task<void>;
    expect(task.describeWait()).toBe("its first turn");
    yield* on(turn());
    expect(task.describeWait()).toMatch(/^<Task pending name='inner' coro=pause/);
    yield* on(task);
  });
});
