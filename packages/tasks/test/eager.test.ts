import { AsyncLocalStorage } from "node:async_hooks";
import type { Startable } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import {
  allTasks,
  coroutine,
  createEagerTaskFactory,
  createTask,
  currentTask,
  eagerTaskFactory,
  gather,
  Task,
  type TaskConstructorOptions,
  taskGroup,
} from "@tsyncio/tasks";
import { failure, on, worldOf } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { both, pause, turn, turns } from "./support.ts";

describe("an eager task", () => {
  both("runs its first step inside createTask", function* ({ fn }) {
    const trace: string[] = [];
    const task = createTask(
      fn(function* () {
        trace.push("first step");
        yield* on(turn());
        trace.push("second step");
        return "value";
      }),
      { eagerStart: true },
    );
    trace.push("createTask returned");
    expect(task.done()).toBe(false);
    expect(yield* on(task)).toBe("value");
    expect(trace).toEqual(["first step", "createTask returned", "second step"]);
  });

  both("is the current task in that step, and the outer one is again after it", function* ({ fn }) {
    const outer = currentTask();
    let inner: unknown;
    const task = createTask(
      fn(function* () {
        inner = currentTask();
      }),
      { eagerStart: true },
    );
    expect([inner === task, currentTask() === outer]).toEqual([true, true]);
    yield* on(task);
  });

  both("has its own context: what it sets does not leak out", function* ({ fn }) {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const task = storage.run("outer", () =>
      createTask(
        fn(function* () {
          seen.push(storage.getStore());
          storage.enterWith("inner");
          seen.push(storage.getStore());
          yield* on(turn());
        }),
        { eagerStart: true },
      ),
    );
    expect(storage.getStore()).toBe(undefined);
    yield* on(task);
    expect(seen).toEqual(["outer", "inner"]);
  });

  both("can be cancelled while it waits, and starts others eagerly", function* ({ fn, loop }) {
    loop.setTaskFactory(eagerTaskFactory);
    const trace: string[] = [];
    const task = createTask(
      fn(function* () {
        createTask(
          fn(function* () {
            trace.push("inner");
          }),
        );
        trace.push("outer");
        yield* on(pause(10));
      }),
    );
    trace.push("made");
    task.cancel("now");
    yield* failure(task);
    expect(trace).toEqual(["inner", "outer", "made"]);
    expect(task.cancelled()).toBe(true);
  });

  both("its signal option cancels it in its first step", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        yield* on(pause(10));
      }),
      { eagerStart: true, signal: AbortSignal.abort() },
    );
    yield* failure(task);
    expect(task.cancelled()).toBe(true);
  });
});

describe("an eager task of a generator", () => {
  it("that does not wait is done when createTask returns, and was never in allTasks", async () => {
    const world = worldOf();
    await world.loop.runUntilComplete(
      coroutine(function* () {
        const good = createTask(
          function* () {
            return 1;
          },
          { eagerStart: true },
        );
        expect([good.done(), good.result(), allTasks().size]).toEqual([true, 1, 1]);
        const bad = createTask(
          function* () {
            throw new Error("at once");
          },
          { eagerStart: true },
        );
        expect([bad.done(), bad.exception()]).toEqual([true, new Error("at once")]);
        const waits = createTask(turn(), { eagerStart: true });
        expect([waits.done(), allTasks().has(waits)]).toEqual([false, true]);
        yield* waits;
      }),
    );
    world.leave();
  });

  it("that cancels itself and ends is cancelled", async () => {
    const world = worldOf();
    const main = coroutine(function* () {
      const task = createTask(
        function* () {
          currentTask()?.cancel();
        },
        { eagerStart: true },
      );
      yield* turns(2);
      return task.cancelled();
    });
    expect(await world.loop.runUntilComplete(main)).toBe(true);
    world.leave();
  });

  it("awaiting what is done already does not wait", async () => {
    const world = worldOf();
    const main = coroutine(function* () {
      const future = new Future<string>();
      future.setResult("there");
      const task = createTask(
        function* () {
          return yield* future;
        },
        { eagerStart: true },
      );
      return task.done();
    });
    expect(await world.loop.runUntilComplete(main)).toBe(true);
    world.leave();
  });
});

describe("an eager task of an async function", () => {
  it("runs to its first await, and is not done when createTask returns", async () => {
    const world = worldOf();
    const trace: string[] = [];
    await world.loop.runUntilComplete(async () => {
      const task = createTask(
        async () => {
          trace.push("ran");
        },
        { eagerStart: true },
      );
      trace.push(`done: ${task.done()}`);
      await task;
    });
    expect(trace).toEqual(["ran", "done: false"]);
    world.leave();
  });
});

describe("task factories", () => {
  both("the eager one starts every task of its loop", function* ({ fn, loop }) {
    loop.setTaskFactory(eagerTaskFactory);
    expect(loop.getTaskFactory()).toBe(eagerTaskFactory);
    const trace: string[] = [];
    const step = (name: string) =>
      fn(function* () {
        trace.push(name);
        yield* on(turn());
        return name;
      });
    const gathered = gather(step("a"), step("b"));
    trace.push("gathered");
    expect(yield* on(gathered)).toEqual(["a", "b"]);
    yield* on(
      taskGroup(
        fn(function* (tg) {
          tg.createTask(step("c"));
          trace.push("in the group");
        }),
      ),
    );
    expect(trace).toEqual(["a", "b", "gathered", "c", "in the group"]);
    const lazy = createTask(step("d"), { eagerStart: false });
    expect(trace.at(-1)).toBe("in the group");
    yield* on(lazy);
  });

  both("createEagerTaskFactory makes tasks of the class it was given", function* ({ fn, loop }) {
    class Counted<T> extends Task<T> {
      static made = 0;
      constructor(source: Startable<T>, options: TaskConstructorOptions) {
        super(source, options);
        Counted.made++;
      }
    }
    loop.setTaskFactory(createEagerTaskFactory(Counted));
    let ran = false;
    const task = createTask(
      fn(function* () {
        ran = true;
        return 5;
      }),
    );
    expect([task instanceof Counted, Counted.made, ran]).toEqual([true, 1, true]);
    expect(yield* on(task)).toBe(5);
    loop.setTaskFactory(null);
    expect(createTask(turn) instanceof Counted).toBe(false);
    yield* on(turn());
  });

  both("a factory of one's own is given loop, source and options", function* ({ loop }) {
    const calls: unknown[] = [];
    loop.setTaskFactory((of, source, options) => {
      calls.push([of === (loop as unknown), source === (turn as unknown), options]);
      return new Task(source, { ...options, loop: of });
    });
    yield* on(createTask(turn, { name: "named" }));
    expect(calls).toEqual([[true, true, { name: "named" }]]);
  });

  it("an eager task of a loop that does not run starts when it does", async () => {
    const world = worldOf();
    let ran = false;
    const task = world.loop.createTask(
      function* () {
        ran = true;
      },
      { eagerStart: true },
    );
    expect(ran).toBe(false);
    await world.loop.runUntilComplete(task);
    expect(ran).toBe(true);
    world.leave();
  });
});

describe("deep recursion of eager tasks", () => {
  both("works through gather and through groups", function* ({ fn, loop }) {
    loop.setTaskFactory(eagerTaskFactory);
    const viaGather = (depth: number): (() => PromiseLike<number>) =>
      fn(function* () {
        if (depth === 0) return 1;
        const [a, b] = yield* on(gather(viaGather(depth - 1), viaGather(depth - 1)));
        return a + b;
      }) as () => PromiseLike<number>;
    expect(yield* on(viaGather(6)())).toBe(64);
    let leaves = 0;
    const viaGroup = (depth: number): (() => PromiseLike<void>) =>
      fn(function* () {
        if (depth === 0) {
          leaves++;
          return;
        }
        yield* on(
          taskGroup(
            fn(function* (tg) {
              tg.createTask(viaGroup(depth - 1));
              tg.createTask(viaGroup(depth - 1));
            }),
          ),
        );
      }) as () => PromiseLike<void>;
    yield* on(viaGroup(6)());
    expect(leaves).toBe(64);
  });
});
