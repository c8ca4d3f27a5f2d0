import { AsyncLocalStorage } from "node:async_hooks";
import { CancelledError, RuntimeError, ValueError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { EventLoop, getRunningLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { Runner } from "@tsyncio/runner";
import { copyContext, createTask } from "@tsyncio/tasks";
import { outcome } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { failureOf, turns, watched } from "./support.ts";

describe("a Runner", () => {
  it("runs several programs on one loop", async () => {
    const runner = new Runner();
    const loop = runner.getLoop();
    expect(loop).toBeInstanceOf(EventLoop);
    expect(await runner.run(async () => getRunningLoop())).toBe(loop);
    expect(await failureOf(runner.run(async () => Promise.reject(new RangeError("no"))))).toEqual(new RangeError("no"));
    expect(
      await runner.run(function* () {
        return getRunningLoop();
      }),
    ).toBe(loop);
    expect([runner.getLoop() === loop, loop.isClosed()]).toEqual([true, false]);
    await runner.close();
    expect(loop.isClosed()).toBe(true);
  });

  it("lets what one program left go on in the next", async () => {
    const trace: string[] = [];
    const runner = new Runner();
    await runner.run(async () => {
      createTask(async () => {
        await turns(3);
        trace.push("went on");
      });
    });
    expect(trace).toEqual([]);
    await runner.run(turns(5));
    expect(trace).toEqual(["went on"]);
    await runner.close();
  });

  it("cancels what is left when it is closed, not before", async () => {
    const { loopFactory, loops, reports } = watched();
    const runner = new Runner({ loopFactory });
    const trace: string[] = [];
    await runner.run(async () => {
      createTask(async () => {
        try {
          await new Future<void>();
        } finally {
          trace.push("cleaned up");
        }
      });
      await turns(2);
    });
    expect(trace).toEqual([]);
    await runner.close();
    expect(trace).toEqual(["cleaned up"]);
    expect([loops.length, loops[0]?.isClosed(), reports]).toEqual([1, true, []]);
  });

  it("can be closed twice, and without ever having run", async () => {
    const runner = new Runner();
    await runner.close();
    await runner.close();
    const used = new Runner();
    await used.run(turns(1));
    await used.close();
    await used.close();
  });

  it("that is closed runs nothing", async () => {
    const runner = new Runner();
    await runner.close();
    expect(await failureOf(runner.run(async () => {}))).toEqual(new RuntimeError("Runner is closed"));
    expect(outcome(() => runner.getLoop())).toEqual(new RuntimeError("Runner is closed"));
  });

  it("is closed at the end of an await using", async () => {
    let loop: ReturnType<Runner["getLoop"]> | undefined;
    {
      await using runner = new Runner();
      loop = runner.getLoop();
      await runner.run(turns(1));
      expect(loop.isClosed()).toBe(false);
    }
    expect(loop.isClosed()).toBe(true);
  });

  it("is refused inside a running loop", async () => {
    const runner = new Runner();
    const inner = new Runner();
    const error = await runner.run(async () => failureOf(inner.run(async () => {})));
    expect(error).toEqual(new RuntimeError("Runner.run() cannot be called from a running event loop"));
    await runner.close();
    await inner.close();
  });

  it("that is refused a main goes on", async () => {
    const runner = new Runner();
    expect(await failureOf(runner.run(5 as never))).toBeInstanceOf(TypeError);
    expect(await failureOf(runner.run((async () => {})() as never))).toBeInstanceOf(TypeError);
    expect(await runner.run(async () => "fine")).toBe("fine");
    await runner.close();
  });
});

describe("the options of a Runner:", () => {
  it("loopFactory makes the loop, once, when it is needed", async () => {
    const { loopFactory, loops } = watched();
    const runner = new Runner({ loopFactory });
    expect(loops).toHaveLength(0);
    const loop = runner.getLoop();
    await runner.run(turns(1));
    await runner.run(turns(1));
    expect(loops).toEqual([loop]);
    await runner.close();
  });

  it("a virtual clock makes a long program short", async () => {
    const runner = new Runner({ loopFactory: newVirtualLoop });
    const main = async () => {
      const future = new Future<string>();
      getRunningLoop().callLater("720h", () => future.setResult("a month later"));
      return [await future, getRunningLoop().time()];
    };
    expect(await runner.run(main)).toEqual(["a month later", 2_592_000]);
    await runner.close();
  });

  it("debug holds for its loop", async () => {
    const runner = new Runner({ debug: true });
    expect(runner.getLoop().getDebug()).toBe(true);
    await runner.close();
  });

  it("context is what main runs in; left out, it is the caller's", async () => {
    const storage = new AsyncLocalStorage<string>();
    const context = storage.run("of the option", copyContext);
    const look = async () => {
      await turns(1);
      return storage.getStore();
    };
    await using given = new Runner({ context });
    await using plain = new Runner();
    await storage.run("of the caller", async () => {
      expect(await given.run(look)).toBe("of the option");
      expect(await plain.run(look)).toBe("of the caller");
    });
    expect(storage.getStore()).toBeUndefined();
  });

  it("signal cancels each program that it runs", async () => {
    const controller = new AbortController();
    await using runner = new Runner({ signal: controller.signal });
    expect(await runner.run(async () => "before")).toBe("before");
    const stuck = runner.run(async () => {
      setImmediate(() => controller.abort("stop"));
      await new Future<void>();
    });
    expect(await failureOf(stuck)).toEqual(new CancelledError("stop"));
    expect(await failureOf(runner.run(async () => "after"))).toEqual(new CancelledError("stop"));
  });
});

describe("refused when it is made:", () => {
  it.for([
    [
      "a signals that is no array",
      { signals: "SIGTERM" },
      TypeError,
      'signals must be an array of names such as ["SIGINT", "SIGTERM"], got "SIGTERM"',
    ],
    [
      "a name that is none",
      { signals: ["SIGINT", "term"] },
      ValueError,
      'signals must be names such as "SIGTERM", got "term"',
    ],
    [
      "a loopFactory that is no function",
      { loopFactory: newVirtualLoop() },
      TypeError,
      /^loopFactory must be a function, got /,
    ],
    ["a signal that is none", { signal: "SIGINT" }, TypeError, 'signal must be an AbortSignal, got "SIGINT"'],
  ] as [string, object, new () => Error, string | RegExp][])("%s", ([, options, type, message]) => {
    const error = outcome(() => new Runner(options)) as Error;
    expect(error).toBeInstanceOf(type);
    if (typeof message === "string") expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
  });
});
