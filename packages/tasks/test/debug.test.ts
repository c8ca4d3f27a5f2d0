import { RuntimeError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { asTask, coroutine, createTask, currentTask, outsideTask, Task } from "@tsyncio/tasks";
import { collectGarbage, failure, on, runProgram, worldOf } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { both, pause, turn, turns } from "./support.ts";

describe("a yield of what no task understands", () => {
  it("of a promise says to write yield* fromPromise(promise)", async () => {
    const world = worldOf();
    const main = coroutine(function* () {
      try {
        yield Promise.resolve(1) as never;
      } catch (error) {
        return error;
      }
      return "no error";
    });
    expect(await world.loop.runUntilComplete(main)).toEqual(
      new RuntimeError("a task got a promise from a plain yield: use yield* fromPromise(promise)"),
    );
    world.leave();
  });

  it("of other values says what came, and that yield* may be missing; the task goes on", async () => {
    const world = worldOf();
    const seen: string[] = [];
    const main = coroutine(function* () {
      for (const value of [1, "text", {}, [turn], () => turn()]) {
        try {
          yield value as never;
        } catch (error) {
          seen.push((error as Error).message);
        }
      }
      return "went on";
    });
    expect(await world.loop.runUntilComplete(main)).toBe("went on");
    const hint = "(write yield* in front of an awaitable)";
    expect(seen).toEqual([
      `Task got bad yield: 1 ${hint}`,
      `Task got bad yield: "text" ${hint}`,
      `Task got bad yield: an object ${hint}`,
      `Task got bad yield: an array of 1 ${hint}`,
      `Task got bad yield: a function ${hint}`,
    ]);
    world.leave();
  });

  it("of a future or coroutine, without the star, waits all the same", async () => {
    const world = worldOf();
    const main = coroutine(function* () {
      const future = new Future<string>();
      future.setResult("a future");
      return [yield future as never, yield pause(1, "a coroutine") as never];
    });
    expect(await world.loop.runUntilComplete(main)).toEqual(["a future", "a coroutine"]);
    world.leave();
  });
});

describe("debug mode warns of a swallowed cancellation", () => {
  const swallow = async (body: () => PromiseLike<unknown>, debug = true) => {
    const world = worldOf({ debug });
    const task = world.loop.createTask(body, { name: "greedy" });
    await world.loop.runUntilComplete(turns(2));
    task.cancel();
    await world.loop.runUntilComplete(task).catch(() => {});
    const log = world.takeLog();
    world.leave();
    return log;
  };
  const TEXT =
    "greedy was cancelled and ended normally: it swallowed the CancelledError (write rethrowCancelled(e) " +
    "first in a broad catch, or task.uncancel() where it is meant)";

  for (const kind of both.kinds) {
    it(`of a task that ends normally after it (${kind.name})`, async () => {
      const body = kind.define(function* () {
        yield* failure(pause(10));
      });
      expect(await swallow(body as () => PromiseLike<unknown>)).toEqual([TEXT]);
      expect(await swallow(body as () => PromiseLike<unknown>, false)).toEqual([]);
    });

    it(`but not of one that says so by uncancel(), or that passes it on (${kind.name})`, async () => {
      const meant = kind.define(function* () {
        yield* failure(pause(10));
        (currentTask() as Task).uncancel();
      });
      expect(await swallow(meant as () => PromiseLike<unknown>)).toEqual([]);
      const passed = kind.define(function* () {
        yield* on(pause(10));
      });
      expect(await swallow(passed as () => PromiseLike<unknown>)).toEqual([]);
      const failed = kind.define(function* () {
        throw yield* failure(pause(10));
      });
      expect(await swallow(failed as () => PromiseLike<unknown>)).toEqual([]);
    });
  }
});

describe("debug mode warns of host callbacks that share a task", () => {
  /** What is logged of a main that has `callback` called by a timer of the host. */
  const logOf = async (register: (callback: () => Promise<void>) => void, debug = true) => {
    const world = worldOf({ debug });
    const main = async () => {
      await new Promise<void>((resolve) => {
        register(async () => {
          await turn();
          resolve();
        });
      });
    };
    await world.loop.runUntilComplete(new Task(main, { loop: world.loop, name: "server" }));
    const log = world.takeLog();
    world.leave();
    return log;
  };

  it("and names callback, task and what to write", async () => {
    const [line, ...more] = await logOf((callback) => setTimeout(callback, 1));
    expect(more).toEqual([]);
    expect(line).toMatch(
      /^turn\(\) in a callback of the host \(Timeout\) runs for server, which made the callback: give each call a task of its own with asTask\(fn\), or none with outsideTask\(fn\) \(at .*debug\.test\.ts:\d+:\d+\)$/,
    );
  });

  it("but not where the callback has a task of its own or none, nor outside of debug mode", async () => {
    expect(await logOf((callback) => setTimeout(asTask(callback), 1))).toEqual([]);
    expect(await logOf((callback) => setTimeout(() => createTask(callback), 1))).toEqual([]);
    expect(await logOf((callback) => outsideTask(() => setTimeout(callback, 1)))).toEqual([]);
    expect(await logOf((callback) => setTimeout(callback, 1), false)).toEqual([]);
  });
});

describe("a coroutine that nobody awaits", () => {
  /** What is logged when `make` has run on a loop and its garbage is collected. */
  const logOf = async (make: () => void, debug: boolean) => {
    const world = worldOf({ debug });
    await world.loop.runUntilComplete(
      coroutine(function* () {
        make();
        yield* turns(3);
      }),
    );
    await collectGarbage();
    const log = world.takeLog();
    world.leave();
    return log;
  };
  const forgotten = coroutine(function* forgotten() {
    yield* turn();
  });

  it("is told of in debug mode, with where it was made", async () => {
    const [line, ...more] = await logOf(() => {
      forgotten();
    }, true);
    expect(more).toEqual([]);
    expect(line).toMatch(
      /^coroutine 'forgotten' was never awaited, made at .*debug\.test\.ts:\d+:\d+ \(write await or yield\* in front of the call\)$/,
    );
  });

  it("is told of, one in 64, outside of debug mode", async () => {
    const log = await logOf(() => {
      for (let i = 0; i < 640; i++) forgotten();
    }, false);
    // Once, however often.
    expect(log).toEqual(["coroutine 'forgotten' was never awaited (write await or yield* in front of the call)"]);
  });

  it("is not told of when it was awaited, made a task, or closed", async () => {
    const log = await logOf(() => {
      forgotten().close();
      createTask(forgotten());
      createTask(function* () {
        yield* forgotten();
      });
      createTask(async () => {
        await forgotten();
      });
    }, true);
    expect(log).toEqual([]);
  });

  it("is not told of in production", async () => {
    const ended = await runProgram(
      import.meta.dirname,
      `import { coroutine } from "@tsyncio/tasks";
       const forgotten = coroutine(function* forgotten() {});
       for (let i = 0; i < 1000; i++) forgotten();
       for (let i = 0; i < 5; i++) { gc(); await new Promise((resolve) => setImmediate(resolve)); }
       console.log("done");`,
      { args: ["--expose-gc"], env: { NODE_ENV: "production" } },
    );
    expect(ended).toMatchObject({ stdout: "done\n", stderr: "" });
  });

  it("is told of in debug mode at the end of a short program, before anything is collected", async () => {
    const ended = await runProgram(
      import.meta.dirname,
      `import { coroutine, createTask } from "@tsyncio/tasks";
       const forgotten = coroutine(function* forgotten() {});
       const awaited = coroutine(function* awaited() {});
       await createTask(async () => { forgotten(); await awaited(); });`,
      { env: { TSYNCIO_DEBUG: "1" } },
    );
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/coroutine 'forgotten' was never awaited, made at .*:4:/);
    expect(ended.stderr).not.toMatch(/'awaited'/);
  });

  it("is told of on stderr by a plain program", async () => {
    const ended = await runProgram(
      import.meta.dirname,
      `import { coroutine } from "@tsyncio/tasks";
       const forgotten = coroutine(function* forgotten() {});
       (() => { for (let i = 0; i < 640; i++) forgotten(); })();
       for (let i = 0; i < 5; i++) { gc(); await new Promise((resolve) => setImmediate(resolve)); }`,
      { args: ["--expose-gc"] },
    );
    expect(ended.stderr).toMatch(/TsyncioWarning: coroutine 'forgotten' was never awaited \(write await or yield\*/);
  });
});

describe("debug mode keeps where things were made", () => {
  it("tasks and futures show it", async () => {
    const world = worldOf({ debug: true });
    const task = world.loop.createTask(turn, { name: "T" });
    expect(String(task)).toMatch(
      /^<Task pending name='T' coro=turn wait=its first turn created at .*debug\.test\.ts:\d+:\d+>$/,
    );
    await world.loop.runUntilComplete(task);
    world.leave();
  });
});
