import { CancelledError, type LoopContract, RuntimeError, SystemExit } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { getEventLoop, getRunningLoop } from "@tsyncio/loop";
import { run } from "@tsyncio/runner";
import { coroutine, createTask, currentTask, forEach, taskGroup } from "@tsyncio/tasks";
import { describe, expect, it } from "vitest";
import { failureOf, turns, watched } from "./support.ts";

const fail = () => {
  throw new RangeError("of main");
};

describe("run gives what main gives, and throws what it throws, if main is", () => {
  const kinds: [string, <T>(end: () => T) => Parameters<typeof run<T>>[0]][] = [
    [
      "an async function",
      (end) => async () => {
        await turns(2);
        return end();
      },
    ],
    [
      "a generator function",
      (end) =>
        function* () {
          yield* turns(2);
          return end();
        },
    ],
    [
      "what coroutine() made",
      (end) =>
        coroutine(function* () {
          yield* turns(2);
          return end();
        }),
    ],
    [
      "a coroutine",
      (end) =>
        coroutine(function* () {
          yield* turns(2);
          return end();
        })(),
    ],
    [
      "a generator object",
      (end) =>
        (function* () {
          yield* turns(2);
          return end();
        })(),
    ],
    ["a function that returns a promise", (end) => () => Promise.resolve().then(end)],
  ];
  for (const [name, main] of kinds) {
    it(name, async () => {
      expect(await run(main(() => "result"))).toBe("result");
      expect(await failureOf(run(main(fail)))).toEqual(new RangeError("of main"));
    });
  }
});

describe("run", () => {
  it("makes a task of main, on a loop of its own, which is closed at the end", async () => {
    const loop = await run(async () => {
      expect(currentTask()?.getName()).toMatch(/^Task-\d+$/);
      const loop = getRunningLoop();
      expect([loop.isRunning(), currentTask()?.getLoop() === loop]).toEqual([true, true]);
      return loop;
    });
    expect([loop.isRunning(), loop.isClosed()]).toEqual([false, true]);
    expect(loop).not.toBe(getEventLoop());
  });

  it("closes its loop when main fails, too", async () => {
    const { loopFactory, loops, reports } = watched();
    await failureOf(run(async () => fail(), { loopFactory }));
    expect([loops.map((loop) => loop.isClosed()), reports]).toEqual([[true], []]);
  });

  it("twice at a time, from plain code, is two loops", async () => {
    const trace: string[] = [];
    const main = (name: string) => async () => {
      for (let i = 0; i < 3; i++) {
        trace.push(name);
        await turns(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return getRunningLoop();
    };
    const [a, b] = await Promise.all([run(main("a")), run(main("b"))]);
    expect(a).not.toBe(b);
    expect(trace.slice(0, 2)).toEqual(["a", "b"]);
    expect(trace.slice().sort().join("")).toBe("aaabbb");
  });

  it("one after the other is a new loop each time", async () => {
    const loops = [await run(async () => getRunningLoop()), await run(async () => getRunningLoop())];
    expect(loops[0]).not.toBe(loops[1]);
  });

  it("a cancellation that main makes up is thrown as it is", async () => {
    const main = async () => {
      currentTask()?.cancel("by itself");
      await turns(1);
    };
    expect(await failureOf(run(main))).toEqual(new CancelledError("by itself"));
  });

  it("getEventLoop() in a callback of the host that main registered is the run's loop, while that is open", async () => {
    const seen: LoopContract[] = [];
    let later = () => {};
    const loop = await run(async () => {
      await new Promise<void>((resolve) => {
        setImmediate(() => {
          seen.push(getEventLoop());
          resolve();
        });
      });
      later = await new Promise<() => void>((resolve) => {
        setImmediate(() => resolve(() => seen.push(getEventLoop())));
      });
      return getRunningLoop();
    });
    later();
    expect(seen[0]).toBe(loop);
    expect(seen[1]?.isClosed()).toBe(false);
    expect(seen[1]).not.toBe(loop);
  });
});

describe("run is refused", () => {
  const MESSAGE = "asyncio.run() cannot be called from a running event loop";

  it("in a task of a running loop, of either kind; main does not run", async () => {
    let ran = false;
    const inner = async () => {
      ran = true;
    };
    const fromAsync = async () => failureOf(run(inner));
    const fromGenerator = function* () {
      return run(inner).catch((error: unknown) => error);
    };
    expect(await run(fromAsync)).toEqual(new RuntimeError(MESSAGE));
    expect(await run(fromGenerator)).toEqual(new RuntimeError(MESSAGE));
    expect(ran).toBe(false);
  });

  it("in a callback of a running loop", async () => {
    const error = await run(async () => {
      const refused = new Future<unknown>();
      getRunningLoop().callSoon(() => {
        void run(async () => {}).catch((error: unknown) => refused.setResult(error));
      });
      return refused;
    });
    expect(error).toEqual(new RuntimeError(MESSAGE));
  });

  it("with a called async function, or anything else that is no coroutine", async () => {
    const main = async () => {};
    const refused = async (value: unknown) => ((await failureOf(run(value as never))) as Error).message;
    expect(await failureOf(run(main() as never))).toBeInstanceOf(TypeError);
    expect(await refused(main())).toMatch(/^a coroutine was expected, got a promise; write run\(main\)/);
    expect(await refused(5)).toMatch(/^a coroutine was expected, got 5; write run\(main\)/);
    expect(await refused(null)).toMatch(/^a coroutine was expected, got null; write run\(main\)/);
    expect(await refused(undefined)).toMatch(/^a coroutine was expected, got undefined; write run\(main\)/);
    expect(await refused(new Future<void>())).toMatch(/^a coroutine was expected, got .*Future/);
  });
});

describe("at the end of a run", () => {
  it("tasks that are left are cancelled and waited for, then the loop is closed", async () => {
    const trace: string[] = [];
    const { loopFactory, loops, reports } = watched();
    const background = async (name: string) => {
      try {
        await new Future<void>();
      } finally {
        await turns(3);
        trace.push(`${name} cleaned up, closed: ${loops[0]?.isClosed()}`);
      }
    };
    const main = async () => {
      createTask(() => background("a"));
      createTask(() => background("b"));
      await turns(1);
      trace.push("main ended");
      return "result";
    };
    expect(await run(main, { loopFactory })).toBe("result");
    expect(trace).toEqual(["main ended", "a cleaned up, closed: false", "b cleaned up, closed: false"]);
    expect([loops[0]?.isClosed(), loops[0]?.tasks.size, reports]).toEqual([true, 0, []]);
  });

  it("they are when main failed, too, and its error is what is thrown", async () => {
    const trace: string[] = [];
    const main = async () => {
      createTask(async () => {
        try {
          await new Future<void>();
        } finally {
          trace.push("cleaned up");
        }
      });
      await turns(2);
      fail();
    };
    expect(await failureOf(run(main))).toEqual(new RangeError("of main"));
    expect(trace).toEqual(["cleaned up"]);
  });

  it("the errors of their clean-up go to the exception handler", async () => {
    const { loopFactory, reports } = watched();
    const main = async () => {
      const bad = async () => {
        try {
          await new Future<void>();
        } finally {
          fail();
        }
      };
      createTask(bad, { name: "bad" });
      createTask(() => new Future<void>());
      await turns(2);
    };
    await run(main, { loopFactory });
    expect(reports.map(({ message, exception, task }) => [message, exception, String(task)])).toEqual([
      [
        "unhandled exception during asyncio.run() shutdown",
        new RangeError("of main"),
        expect.stringContaining("name='bad'"),
      ],
    ]);
  });

  it("a task that main made last still begins, as in asyncio, and is cancelled where it waits", async () => {
    const trace: string[] = [];
    await run(async () => {
      createTask(async () => {
        trace.push("began");
        await new Future<void>();
        trace.push("not reached");
      });
    });
    expect(trace).toEqual(["began"]);
  });

  it("one that takes its cancellation for nothing is waited for", async () => {
    const trace: string[] = [];
    await run(async () => {
      createTask(async () => {
        try {
          await new Future<void>();
        } catch {}
        await new Promise((resolve) => setTimeout(resolve, 10));
        trace.push("ended");
      });
      await turns(2);
    });
    expect(trace).toEqual(["ended"]);
  });

  it("async generators that a forEach is in the middle of are ended", async () => {
    const trace: string[] = [];
    async function* numbers() {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        trace.push("generator ended");
      }
    }
    const { loopFactory, loops } = watched();
    await run(
      function* () {
        createTask(function* () {
          yield* forEach(numbers(), function* () {
            yield* new Future<void>();
          });
        });
        yield* turns(10);
      },
      { loopFactory },
    );
    expect(trace).toEqual(["generator ended"]);
    expect(loops[0]?.openIterators.size).toBe(0);
  });

  it("iterators that are open still are closed, and their errors told", async () => {
    const { loopFactory, loops, reports } = watched();
    await run(
      async () => {
        loops[0]?.openIterators.add({
          next: () => new Promise(() => {}),
          return: () => Promise.reject(new RangeError("in return()")),
        });
      },
      { loopFactory },
    );
    expect(reports).toEqual([
      {
        message: "an error occurred during closing of asynchronous generator",
        exception: new RangeError("in return()"),
      },
    ]);
  });

  it("the default executor is shut down", async () => {
    const trace: string[] = [];
    const { loopFactory, loops } = watched();
    const executor = {
      submit: () => new Future<never>(),
      shutdown: async () => {
        trace.push(`shut down, closed: ${loops[0]?.isClosed()}`);
      },
    };
    await run(async () => loops[0]?.setDefaultExecutor(executor), { loopFactory });
    expect(trace).toEqual(["shut down, closed: false"]);
  });
});

describe("SystemExit", () => {
  it("of main goes through", async () => {
    const main = async () => {
      throw new SystemExit(3);
    };
    expect(await failureOf(run(main))).toEqual(new SystemExit(3));
  });

  it("of a background task ends the run; main cleans up, and the task's error is told, as in asyncio", async () => {
    const trace: string[] = [];
    const { loopFactory, reports } = watched();
    const main = async () => {
      createTask(async () => {
        throw new SystemExit(4);
      });
      try {
        await new Future<void>();
      } finally {
        trace.push("cleaned up");
      }
    };
    const error = await failureOf(run(main, { loopFactory }));
    expect((error as SystemExit).code).toBe(4);
    expect(trace).toEqual(["cleaned up"]);
    expect(reports.map(({ message }) => message)).toEqual(["Task exception was never retrieved"]);
  });
});

describe("the signal option", () => {
  it("cancels main with the signal's reason, and that is what the run throws", async () => {
    const controller = new AbortController();
    const trace: string[] = [];
    const running = run(
      async () => {
        try {
          setImmediate(() => controller.abort("the user left"));
          await new Future<void>();
        } finally {
          trace.push("cleaned up");
        }
      },
      { signal: controller.signal },
    );
    expect(await failureOf(running)).toEqual(new CancelledError("the user left"));
    expect(trace).toEqual(["cleaned up"]);
  });

  it("that is aborted already keeps main from running", async () => {
    let ran = false;
    const main = async () => {
      ran = true;
    };
    expect(await failureOf(run(main, { signal: AbortSignal.abort("before") }))).toEqual(new CancelledError("before"));
    expect(ran).toBe(false);
  });

  it("reaches what main waits for, groups and their tasks", async () => {
    const controller = new AbortController();
    const trace: string[] = [];
    const child = async () => {
      try {
        await new Future<void>();
      } finally {
        trace.push("child cleaned up");
      }
    };
    const main = () =>
      taskGroup(async (tg) => {
        tg.createTask(child);
        setImmediate(() => controller.abort());
        await new Future<void>();
      });
    expect(await failureOf(run(main, { signal: controller.signal }))).toBeInstanceOf(CancelledError);
    expect(trace).toEqual(["child cleaned up"]);
  });
});

describe("debug mode", () => {
  const isDebugging = async () => getRunningLoop().getDebug();

  it("is what the option says, and off without it", async () => {
    expect(await run(isDebugging, { debug: true })).toBe(true);
    expect(await run(isDebugging, { debug: false })).toBe(false);
    expect(await run(isDebugging)).toBe(false);
  });

  it("is on where TSYNCIO_DEBUG says so and the option says nothing", async () => {
    process.env.TSYNCIO_DEBUG = "1";
    try {
      expect(await run(isDebugging)).toBe(true);
      expect(await run(isDebugging, { debug: false })).toBe(false);
    } finally {
      delete process.env.TSYNCIO_DEBUG;
    }
  });
});
