import { inspect } from "node:util";
import { InvalidStateError, RuntimeError, SystemExit } from "@tsyncio/contract";
import { Future, isFuture } from "@tsyncio/futures";
import { getEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { allTasks, coroutine, createTask, currentSignal, currentTask, isCoroutine, Task } from "@tsyncio/tasks";
import { failure, on, outcome, worldOf } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { both, pause, turn } from "./support.ts";

describe("createTask", () => {
  both("starts the body in the next turn, not inside the call", function* ({ fn }) {
    const trace: string[] = [];
    const task = createTask(
      fn(function* () {
        trace.push("body");
        return "value";
      }),
    );
    trace.push("made");
    expect(yield* on(task)).toBe("value");
    expect(trace).toEqual(["made", "body"]);
  });

  both("takes a coroutine, a generator object and functions of every kind", function* () {
    const future = new Future<string>();
    future.setResult("of a future");
    const tasks = [
      createTask(pause(0, "coroutine")),
      createTask(
        (function* () {
          yield;
          return "generator";
        })(),
      ),
      createTask(function* () {
        yield;
        return "generator function";
      }),
      createTask(async () => "async function"),
      createTask(() => pause(0, "function of a coroutine")),
      createTask(() => future),
      createTask(() => Promise.resolve("of a promise")),
      createTask(() => ({ then: (done: (value: string) => void) => done("of a thenable") }) as PromiseLike<string>),
    ];
    const results: unknown[] = [];
    for (const task of tasks) results.push(yield* on(task));
    expect(results).toEqual([
      "coroutine",
      "generator",
      "generator function",
      "async function",
      "function of a coroutine",
      "of a future",
      "of a promise",
      "of a thenable",
    ]);
  });

  both("calls a function inside the task, with it as the current one", function* () {
    let inside: unknown;
    const task = createTask(() => {
      inside = currentTask();
      return Promise.resolve();
    });
    yield* on(task);
    expect(inside === task).toBe(true);
  });

  it("gives an async function its task, which knows the signal where the host has no async context", async () => {
    const { loop, leave } = worldOf();
    const given = await loop.runUntilComplete(async () => {
      const task: Task<unknown> = createTask(async (own) => [own === task, own.signal === task.signal]);
      return task;
    });
    expect(given).toEqual([true, true]);
    leave();
  });

  both("turns what such a function throws at once into the task's error", function* () {
    const task = createTask(() => {
      throw new Error("at once");
    });
    expect(yield* failure(task)).toEqual(new Error("at once"));
  });

  both("refuses, at the first step, a function that returns nothing to wait for", function* () {
    const forgotten = createTask((() => {}) as never);
    expect(yield* failure(forgotten)).toEqual(
      new TypeError(
        "the body of createTask() must be a generator function, an async function, or return an awaitable; " +
          "it returned undefined",
      ),
    );
  });

  both("refuses an async generator, which is iterated over, not run", function* () {
    const generator = async function* numbers() {
      yield 1;
    };
    for (const source of [generator, () => generator()]) {
      const error = yield* failure(createTask(source as never));
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toMatch(/iterate over it, with forEach\(\) or for await$/);
    }
  });

  both("takes thenables of every manner: such as throw, or call back twice", function* () {
    const throws = {
      then: () => {
        throw new Error("from then");
      },
    } as never as PromiseLike<void>;
    expect(yield* failure(createTask(() => throws))).toEqual(new Error("from then"));
    const twice = {
      then(done: (value: string) => void) {
        done("first");
        done("second");
      },
    } as PromiseLike<string>;
    expect(yield* on(createTask(() => twice))).toBe("first");
  });

  it("refuses what runs already, and says what to write", () => {
    const { loop, leave } = worldOf();
    const hint =
      "it runs already: give a function that starts it, createTask(() => …), or wait for it with ensureFuture()";
    expect(outcome(() => loop.createTask(Promise.resolve() as never))).toEqual(
      new TypeError(`a coroutine was expected, got a promise; ${hint}`),
    );
    expect(outcome(() => loop.createTask(new Future({ loop }) as never))).toEqual(
      new TypeError(`a coroutine was expected, got <Future pending>; ${hint}`),
    );
    leave();
  });

  it("refuses all else", () => {
    const { loop, leave } = worldOf();
    const hint = "write createTask(fn(…)) for a coroutine function, createTask(() => fn(…)) for an async function";
    for (const [value, shown] of [
      [123, "123"],
      ["main", '"main"'],
      [null, "null"],
      [undefined, "undefined"],
      [[1], "an array of 1"],
    ]) {
      expect(outcome(() => loop.createTask(value as never))).toEqual(
        new TypeError(`a coroutine was expected, got ${shown}; ${hint}`),
      );
    }
    expect(outcome(() => loop.createTask(turn, { name: 5 as never }))).toEqual(
      new TypeError("name must be a string, got 5"),
    );
    expect(outcome(() => loop.createTask(turn, { signal: "x" as never }))).toEqual(
      new TypeError('signal must be an AbortSignal, got "x"'),
    );
    leave();
  });

  it("on a loop that is closed is refused", () => {
    const loop = newVirtualLoop();
    loop.close();
    expect(() => loop.createTask(turn)).toThrow(new RuntimeError("Event loop is closed"));
    expect(() => new Task(turn, { loop })).toThrow(new RuntimeError("Event loop is closed"));
  });
});

describe("a task", () => {
  both("is a future, whose result and error only its body sets", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        return 1;
      }),
    );
    expect([task instanceof Future, task instanceof Task, isFuture(task), isCoroutine(task)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(outcome(() => task.result())).toEqual(new InvalidStateError("Result is not ready."));
    expect(outcome(() => task.exception())).toEqual(new InvalidStateError("Exception is not set."));
    expect(outcome(() => (task as Future<number>).setResult(2))).toEqual(
      new RuntimeError("Task does not support set_result operation"),
    );
    expect(outcome(() => (task as Future<number>).setException(new Error()))).toEqual(
      new RuntimeError("Task does not support set_exception operation"),
    );
    yield* on(task);
    expect([task.done(), task.result(), task.exception(), task.cancelled()]).toEqual([true, 1, null, false]);
  });

  both("calls its done callbacks in order, with itself, outside any task", function* ({ fn }) {
    const trace: unknown[] = [];
    const task = createTask(fn(function* () {}));
    for (const name of ["first", "second"]) {
      task.addDoneCallback((done) => trace.push([name, done === task, currentTask()]));
    }
    yield* on(pause(1));
    expect(trace).toEqual([
      ["first", true, null],
      ["second", true, null],
    ]);
  });

  both("keeps its error for those who ask, and is silent when it was read", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        throw new Error("kept");
      }),
    );
    expect(yield* failure(task)).toEqual(new Error("kept"));
    expect(yield* failure(task)).toBe(task.exception());
  });

  both("whose error nobody reads is reported once", function* ({ fn, willReport }) {
    createTask(
      fn(function* () {
        throw new Error("unread");
      }),
    );
    yield* on(turn());
    willReport("Task exception was never retrieved: Error: unread");
  });

  both("may throw anything, and what it threw arrives", function* ({ fn }) {
    for (const thrown of ["a string", 0, null, undefined]) {
      const task = createTask(
        fn(function* () {
          throw thrown;
        }),
      );
      expect(yield* failure(task)).toBe(thrown);
    }
  });

  both("gives its coroutine and its context", function* () {
    const made = turn();
    const task = createTask(made);
    expect(task.getCoro() === made).toBe(true);
    expect(task.getCoro().name).toBe("turn");
    expect(typeof task.getContext()?.run).toBe("function");
    expect(createTask(turn(), { context: null }).getContext()).toBe(null);
    yield* on(turn());
    yield* on(task);
  });

  both("knows its loop", function* ({ loop }) {
    const task = new Task(turn);
    expect(task.getLoop() === loop).toBe(true);
    yield* on(task);
  });
});

describe("the name of a task", () => {
  it("is Task-1, Task-2, … in the order of creation, or what it was told", async () => {
    const { loop, leave } = worldOf();
    const tasks = [loop.createTask(turn), loop.createTask(turn, { name: "worker" }), loop.createTask(turn)];
    const [first, second, third] = tasks.map((task) => task.getName());
    expect(first).toMatch(/^Task-\d+$/);
    expect(second).toBe("worker");
    expect(third).toBe(`Task-${Number(first?.slice(5)) + 1}`);
    tasks[0]?.setName("renamed");
    expect(tasks[0]?.getName()).toBe("renamed");
    expect(() => tasks[0]?.setName(3 as never)).toThrow(new TypeError("name must be a string, got 3"));
    await loop.runUntilComplete(turn);
    leave();
  });

  it("of the first task of a process is Task-1", async () => {
    const { runProgram } = await import("@tsyncio/test-support");
    const ended = await runProgram(
      import.meta.dirname,
      `import { createTask, currentTask } from "@tsyncio/tasks";
       const names = [1, 2, 3].map(() => createTask(async () => currentTask()!.getName()));
       for (const name of names) console.log(await name);`,
    );
    expect(ended).toMatchObject({ code: 0, stdout: "Task-1\nTask-2\nTask-3\n", stderr: "" });
  });
});

describe("a task shows", () => {
  both("state, name, coroutine and what it waits for", function* ({ fn }) {
    const body = fn(function* sleeper() {
      yield* on(new Future<void>());
    }, "sleeper");
    const task = createTask(body, { name: "T" });
    expect(String(task)).toBe("<Task pending name='T' coro=sleeper wait=its first turn>");
    yield* on(turn());
    expect(String(task)).toBe("<Task pending name='T' coro=sleeper wait=<Future pending>>");
    expect(inspect(task)).toBe(String(task));
    task.cancel();
    yield* failure(task);
    expect(String(task)).toBe("<Task cancelled name='T' coro=sleeper>");
  });

  both("result and error", function* ({ fn }) {
    const good = createTask(
      fn(function* () {
        return "value";
      }, "good"),
      { name: "G" },
    );
    const bad = createTask(
      fn(function* () {
        throw new TypeError("no");
      }, "bad"),
      { name: "B" },
    );
    yield* failure(bad);
    expect(String(good)).toBe("<Task finished name='G' coro=good result=\"value\">");
    expect(String(bad)).toBe("<Task finished name='B' coro=bad exception=TypeError: no>");
  });
});

describe("currentTask and allTasks", () => {
  both("currentTask is the one that runs, also after its waits and in what it calls", function* ({ fn }) {
    const seen: boolean[] = [];
    const helper = fn(function* (task: unknown) {
      yield* on(turn());
      seen.push(currentTask() === task);
    });
    const work = fn(function* () {
      const task = currentTask();
      seen.push(task !== null);
      yield* on(helper(task));
      yield* on(pause(1));
      seen.push(currentTask() === task);
    });
    const tasks = [createTask(work), createTask(work)];
    for (const task of tasks) yield* on(task);
    expect(seen).toEqual(Array(6).fill(true));
  });

  it("currentTask and currentSignal are null outside of any task", () => {
    expect([currentTask(), currentSignal()]).toEqual([null, null]);
  });

  both("they are null in callbacks, and in async functions that these start", function* ({ loop }) {
    const seen: unknown[] = [];
    const future = new Future<void>();
    future.addDoneCallback(() => seen.push(currentTask()));
    loop.callLater(1, async () => {
      seen.push(currentTask(), currentSignal());
      await null;
      seen.push(currentTask());
    });
    future.setResult();
    yield* on(pause(2));
    expect(seen).toEqual([null, null, null, null]);
  });

  both("allTasks gives those that have not ended, in the order of creation", function* ({ loop }) {
    const main = currentTask();
    const [a, b, c] = [createTask(pause(1)), createTask(pause(2)), createTask(turn())];
    const named = (tasks: Set<Task>) => [...tasks].map((task) => [main, a, b, c].indexOf(task));
    expect(named(allTasks())).toEqual([0, 1, 2, 3]);
    expect(named(allTasks(loop))).toEqual([0, 1, 2, 3]);
    yield* on(c);
    yield* on(a);
    expect(named(allTasks())).toEqual([0, 2]);
    expect(allTasks(newVirtualLoop()).size).toBe(0);
    yield* on(b);
  });
});

describe("plain async code without a run", () => {
  it("makes tasks on the default loop, and can await them", async () => {
    const task = createTask(async () => {
      await pause(0.001);
      return currentTask()?.getName();
    });
    expect(task.getLoop()).toBe(getEventLoop());
    expect(await task).toBe(task.getName());
  });

  it("cancels them", async () => {
    const trace: string[] = [];
    const task = createTask(async () => {
      try {
        await pause(1000);
      } finally {
        trace.push("cleaned up");
      }
    });
    await pause(0.001);
    task.cancel("from plain code");
    await expect(task).rejects.toThrow("from plain code");
    expect(trace).toEqual(["cleaned up"]);
  });

  it("a background task's error reaches unhandledRejection", async () => {
    const { runProgram } = await import("@tsyncio/test-support");
    const ended = await runProgram(
      import.meta.dirname,
      `import { createTask } from "@tsyncio/tasks";
       process.on("unhandledRejection", (error) => console.log("unhandled:", error.message));
       createTask(async () => { throw new Error("in the background"); });`,
    );
    expect(ended).toMatchObject({ code: 0, stdout: "unhandled: in the background\n" });
  });
});

describe("tasks that wait for one another in a circle", () => {
  both("can be shown, and cancelled", function* ({ fn }) {
    const tasks: Task<void>[] = [];
    const waiting = (other: number) =>
      fn(function* () {
        yield* on(tasks[other]);
      });
    tasks.push(createTask(waiting(1), { name: "A" }), createTask(waiting(0), { name: "B" }));
    yield* on(turn());
    expect(String(tasks[0])).toMatch(/^<Task pending name='A' .*wait=<Task pending name='B'/);
    tasks[0]?.cancel("break the circle");
    for (const task of tasks) expect(yield* failure(task)).toBeInstanceOf(Error);
    expect(tasks.map((task) => task.cancelled())).toEqual([true, true]);
  });
});

describe("an error that leaves the loop", () => {
  for (const kind of both.kinds) {
    it(`raised while a task is cancelled ends the run with it (${kind.name})`, async () => {
      const world = worldOf();
      const task = world.loop.createTask(
        kind.define(function* () {
          yield* failure(pause(10));
          throw new SystemExit(4);
        }),
      );
      const main = kind.define(function* () {
        yield* on(turn());
        task.cancel();
        yield* on(pause(100));
      });
      const running = world.loop.createTask(main);
      await expect(world.loop.runUntilComplete(running)).rejects.toEqual(new SystemExit(4));
      expect([task.done(), task.cancelled()]).toEqual([true, false]);
      expect(task.exception()).toEqual(new SystemExit(4));
      running.cancel();
      await world.loop.runUntilComplete(running).catch(() => {});
      world.leave();
    });
  }
});

describe("tasks of two loops", () => {
  it("may wait for one another, each on its own loop", async () => {
    const [one, two] = [worldOf(), worldOf()];
    const future = new Future<string>({ loop: one.loop });
    const waiter = two.loop.createTask(
      coroutine(function* () {
        const value = yield* future;
        return [value, currentTask()?.getLoop() === (two.loop as unknown)];
      }),
    );
    one.loop.callLater(1, () => future.setResult("from the other"));
    const forever = one.loop.runForever();
    two.loop.callSoon(() => {});
    // A virtual loop with nothing of its own to wait for would report a deadlock: it is pumped while the other one runs.
    const done = new Promise<void>((resolve) => waiter.addDoneCallback(() => resolve()));
    const other = two.loop.runForever();
    await done;
    one.loop.stop();
    two.loop.stop();
    one.loop.callSoon(() => {});
    two.loop.callSoon(() => {});
    await Promise.all([forever, other]);
    expect(waiter.result()).toEqual(["from the other", true]);
    one.leave();
    two.leave();
  });

  for (const kind of both.kinds) {
    it(`a task on a virtual clock may not wait for what is on a real one (${kind.name})`, async () => {
      const world = worldOf();
      const real = new Future<void>({ loop: getEventLoop() });
      const main = kind.define(function* () {
        return yield* failure(real);
      });
      const error = (await world.loop.runUntilComplete(main)) as Error;
      expect(error).toBeInstanceOf(RuntimeError);
      expect(error.message).toBe("a task on a virtual clock can't wait for <Future pending>, which is on a real one");
      world.leave();
    });
  }
});
