import { DeadlockError, getRunningLoop } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { coroutine, createTask, currentTask, gather, shield } from "@tsyncio/tasks";
import { on, type Script } from "@tsyncio/test-support";
import { ExplorationError, type ExploredRun, type ExploreOptions, explore, type Program } from "@tsyncio/testing";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";
import { both } from "./support.ts";

/** How an exploration fails. */
async function failureOf(program: Program, options: ExploreOptions = {}): Promise<ExplorationError> {
  const found = await explore(program, options).then(String, (error: unknown) => error);
  if (found instanceof ExplorationError) return found;
  throw new Error(`nothing was found: ${found}`);
}

/** All the traces that the schedules of `program` leave; each schedule must have one of its own, if `unique`. */
async function traces(
  program: (t: ExploredRun, trace: string[]) => ReturnType<Program>,
  options: ExploreOptions,
): Promise<string[]> {
  const all: string[] = [];
  const report = await explore((t) => {
    const trace: string[] = [];
    t.finally("the trace is kept", () => {
      all.push(trace.join(" "));
    });
    return program(t, trace);
  }, options);
  expect(report.complete).toBe(true);
  expect(report.runs).toBe(all.length);
  return all.sort();
}

for (const kind of both.kinds) {
  const program = (script: (t: ExploredRun) => Script<unknown>) => kind.define(script, "program") as Program;

  describe(`explore (${kind.name})`, () => {
    it("runs every order of callbacks that are free to run in any", async () => {
      const orders = await traces(
        (_, trace) =>
          kind.define(function* (): Script<void> {
            const done = new Future<void>();
            const loop = getRunningLoop();
            for (const name of ["a", "b", "c"]) {
              loop.callSoon(() => {
                trace.push(name);
                if (trace.length === 3) done.setResult();
              });
            }
            yield* on(done);
          })(),
        { order: "free" },
      );
      expect(orders).toEqual(["a b c", "a c b", "b a c", "b c a", "c a b", "c b a"]);
    });

    it("keeps asyncio's order when told to, and then only what is really open varies: here nothing", async () => {
      const report = await explore(
        program(function* () {
          const order: string[] = [];
          const worker = (name: string) =>
            kind.define(function* (): Script<void> {
              for (let i = 0; i < 2; i++) {
                order.push(name);
                yield* on(sleep(0));
              }
            });
          yield* on(gather(worker("a"), worker("b")));
          expect(order).toEqual(["a", "b", "a", "b"]);
        }),
      );
      expect(report).toMatchObject({ runs: 1, complete: true });
      expect(String(report)).toBe('the only schedule (order "fifo") was run: nothing is open');
    });

    it("lets any of several timers with one deadline ring first, and none with a later one", async () => {
      const orders = await traces(
        (_, trace) =>
          kind.define(function* (): Script<void> {
            const sleeper = (name: string, seconds: number) =>
              kind.define(function* (): Script<void> {
                yield* on(sleep(seconds));
                trace.push(name);
              });
            yield* on(gather(sleeper("a", 1), sleeper("b", 1), sleeper("late", 2)));
          })(),
        {},
      );
      expect(orders).toEqual(["a b late", "b a late"]);
    });

    it("lets I/O complete in any order, before timers and after them", async () => {
      const orders = await traces(
        (t, trace) =>
          kind.define(function* (): Script<void> {
            const reader = (name: string) =>
              kind.define(function* (): Script<void> {
                trace.push(yield* on(t.io(name, name)));
              });
            const sleeper = kind.define(function* (): Script<void> {
              yield* on(sleep(1));
              trace.push("timer");
            });
            yield* on(gather(reader("a"), reader("b"), sleeper));
          })(),
        {},
      );
      expect(new Set(orders)).toEqual(
        new Set(["a b timer", "a timer b", "b a timer", "b timer a", "timer a b", "timer b a"]),
      );
    });

    it("cancels at every await, and before the first step", async () => {
      const reached = new Set<string>();
      const report = await explore(
        program(function* (t) {
          const worker = kind.define(function* worker(): Script<void> {
            let at = "the first";
            try {
              yield* on(t.io("one"));
              at = "the second";
              yield* on(sleep(1));
              at = "the third";
              yield* on(sleep(0));
              at = "none";
            } finally {
              reached.add(at);
            }
          });
          yield* on(gather([createTask(worker, { name: "worker" })], { returnExceptions: true }));
        }),
        { cancellations: 1, cancellable: (task) => task.getName() === "worker" },
      );
      expect(report.complete).toBe(true);
      expect(reached).toEqual(new Set(["the first", "the second", "the third", "none"]));
    });

    it("finds an update that is lost between a read and a write, by the I/O between them", async () => {
      const error = await failureOf(
        program(function* (t) {
          let balance = 100;
          t.finally("nothing is lost", () => balance === 130);
          const deposit = (amount: number) =>
            kind.define(function* deposit(): Script<void> {
              const before = yield* on(t.io("read", () => balance));
              balance = before + amount;
            });
          yield* on(gather(deposit(10), deposit(20)));
        }),
      );
      expect(error.message).toMatch(/^broken: nothing is lost\n/);
      expect(error.schedule).toMatch(/^fifo:/);
    });

    it("finds a program that leans on the order, when the order is free only", async () => {
      const leaning = program(function* (t) {
        let config = "";
        let seen = "";
        t.finally("the server has its config", () => seen === "loaded");
        const load = kind.define(function* load(): Script<void> {
          config = "loaded";
          yield* on(sleep(0));
        });
        const serve = kind.define(function* serve(): Script<void> {
          seen = config;
          yield* on(sleep(0));
        });
        yield* on(gather(load, serve));
      });
      expect((await explore(leaning)).complete).toBe(true);
      const error = await failureOf(leaning, { order: "free" });
      expect(error.message).toMatch(/^broken: the server has its config\n/);
    });

    it("tells a deadlock, with who waits for what, and only under the schedule that has it", async () => {
      const error = await failureOf(
        program(function* () {
          const held: Record<string, Future<void> | null> = { a: null, b: null };
          const take = function* (name: string): Script<void> {
            while (held[name]) yield* on(shield(held[name]));
            held[name] = new Future<void>();
          };
          const release = (name: string) => {
            held[name]?.setResult();
            held[name] = null;
          };
          const worker = (first: string, second: string) =>
            kind.define(function* (): Script<void> {
              yield* on(sleep(0));
              yield* take(first);
              yield* on(sleep(0));
              yield* take(second);
              release(second);
              release(first);
            }, `${first}then${second}`);
          yield* on(gather(worker("a", "b"), worker("b", "a")));
        }),
        { order: "free" },
      );
      expect(error.cause).toBeInstanceOf(DeadlockError);
      expect(error.message).toMatch(/athenb waits for .*\n.*bthena waits for /);
    });
  });
}

describe("explore", () => {
  const lostUpdate =
    (workers: number): Program =>
    async (t) => {
      let balance = 0;
      t.finally("nothing is lost", () => balance === workers);
      const deposit = async () => {
        await t.io("begin");
        const before = balance;
        await sleep(0);
        balance = before + 1;
        await sleep(0);
      };
      await gather(Array.from({ length: workers }, () => deposit));
    };

  it("checks what must always hold after every step, native code included", async () => {
    const error = await failureOf(async (t) => {
      let inside = 0;
      t.always("one at most is inside", () => {
        expect(inside).toBeLessThan(2);
      });
      const enter = async () => {
        await t.io("knock");
        inside++;
        await sleep(0);
        inside--;
      };
      await gather(enter, enter);
    });
    expect(error.message).toMatch(/^broken: one at most is inside: .*expected 2 to be less than 2/);
    expect(error.cause).toMatchObject({ name: "BrokenInvariant" });
  });

  it("takes coroutine functions, generator functions and async functions alike", async () => {
    const asCoroutine = coroutine(function* (t: ExploredRun) {
      const value: string = yield* t.io("read", "text");
      yield* t.io("write", value.length);
    });
    const asGenerator = function* (t: ExploredRun) {
      const value: string = yield* t.io("read", () => "text");
      yield* t.io("write", value.length);
    };
    const asAsync = async (t: ExploredRun) => {
      const value: string = await t.io("read", "text");
      await t.io("write", value.length);
    };
    for (const program of [asCoroutine, asGenerator, asAsync]) {
      expect(await explore(program, { cancellations: 1 })).toMatchObject({ runs: 6, complete: true });
    }
  });

  it("checks what must hold whenever nothing can run, and only then", async () => {
    const error = await failureOf(async (t) => {
      let items = 0;
      let hungry = false;
      t.whenIdle("nobody waits for an item that is there", () => !(hungry && items > 0));
      const consumer = async () => {
        hungry = true;
        while (items === 0) await new Future(); // Nobody wakes it.
      };
      const producer = async () => {
        await sleep(1);
        items++;
      };
      await gather(consumer, producer);
    });
    expect(error.message).toMatch(/^broken: nobody waits for an item that is there\n/);
    expect(error.timeline).not.toContain("deadlock");
  });

  it("lets what must hold at the end wait", async () => {
    const error = await failureOf(async (t) => {
      t.finally("time is up", async () => {
        await sleep("1h");
        return getRunningLoop().time() < 1;
      });
    });
    expect(error.message).toMatch(/^broken: time is up\n/);
  });

  it.each(["random", "pct"] as const)("finds a bug among many schedules: %s", async (strategy) => {
    const error = await failureOf(lostUpdate(6), { strategy, seed: 1 });
    expect(error.seed).toBeGreaterThanOrEqual(1);
    const again = await failureOf(lostUpdate(6), { strategy, seed: error.seed as number, runs: 1 });
    expect(again.schedule).toBe(error.schedule);
    expect(again.timeline).toBe(error.timeline);
  });

  it("shrinks what it found to departures none of which can be left out, and replays it", async () => {
    const error = await failureOf(lostUpdate(4), { strategy: "random", order: "free", seed: 3 });
    const replayed = await failureOf(lostUpdate(4), { replay: error.schedule });
    expect(replayed.timeline).toBe(error.timeline);
    const [head, list = ""] = error.schedule.split(":");
    const departures = list.split("-");
    for (const left of list === "plain" ? [] : departures) {
      const rest = departures.filter((each) => each !== left).join("-");
      const outcome = explore(lostUpdate(4), { replay: `${head}:${rest === "" ? "plain" : rest}` }).catch(
        (error) => error,
      );
      expect(await outcome).not.toBeInstanceOf(ExplorationError);
    }
  });

  it("does the same each time, and something else with another seed", async () => {
    const seen: string[][] = [];
    for (const seed of [7, 7, 8]) {
      const traces: string[] = [];
      await explore(
        async (t) => {
          const trace: string[] = [];
          t.finally("", () => {
            traces.push(trace.join(""));
          });
          const worker = (name: string) => async () => {
            for (let i = 0; i < 3; i++) {
              await sleep(0);
              trace.push(name);
            }
          };
          await gather(worker("a"), worker("b"), worker("c"));
        },
        { strategy: "random", order: "free", runs: 20, seed },
      );
      seen.push(traces);
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]).not.toEqual(seen[2]);
  });

  it("writes who ran when, what was cancelled, and the times", async () => {
    const error = await failureOf(
      async (t) => {
        let open = 0;
        t.finally("what is opened is closed", () => open === 0);
        const worker = async () => {
          await sleep("1.5s");
          open++;
          await sleep("1s"); // A cancellation here leaves it open.
          open--;
        };
        const task = createTask(worker, { name: "worker" });
        try {
          await task;
        } catch {}
      },
      { cancellations: 1, cancellable: (task) => task.getName() === "worker" },
    );
    const lines = error.timeline.split("\n").map((line) => line.trim().replace(/ created at [^\s>]+/g, ""));
    expect(lines).toEqual([
      "time  who      what",
      "0.000  main     begins, makes worker, waits for <Task pending name='worker' coro=worker>",
      "0.000  worker   begins, waits for <sleep pending>",
      "1.500  timer    rings",
      "1.500  worker   goes on, waits for <sleep pending>",
      "1.500  worker   IS CANCELLED at <sleep pending>",
      "1.500  worker   goes on, ends: cancelled",
      "1.500  main     goes on, ends",
      "1.500  FAILURE  invariant",
    ]);
    expect(error.timeline).toMatch(/created at packages\/testing\/test\/explore\.test\.ts:\d+/);
  });

  it("says what it left out", async () => {
    const busy: Program = async () => {
      const worker = async () => {
        for (let i = 0; i < 3; i++) await sleep(0);
      };
      await gather(worker, worker);
    };
    const free = { order: "free" } as const;
    const all = await explore(busy, free);
    expect(all.complete).toBe(true);
    expect(all.summary).toBe(`all ${all.runs} schedules (order "free") were run`);
    expect((await explore(busy, { ...free, departures: 1 })).summary).toMatch(
      /^all \d+ schedules \(order "free"\) with up to 1 departures were run; left out: those with more$/,
    );
    expect((await explore(busy, { ...free, runs: 30 })).summary).toMatch(
      /^30 schedules \(order "free"\) were run: all with up to 1 departure from the plain schedule, and some with 2; left out: the others with 2, and those with more \(runs\)$/,
    );
    expect((await explore(busy, { ...free, strategy: "random", runs: 5 })).summary).toBe(
      'the plain schedule and 5 random ones (order "free"; seed 0) were run; left out: all others',
    );
    const late = await explore(busy, { ...free, strategy: "pct", timeLimit: 0 });
    expect(late).toMatchObject({ runs: 1, complete: false });
  });

  it("runs each schedule once, and as many for either kind of coroutine", async () => {
    const counts = [];
    for (const kind of both.kinds) {
      const orders = await traces(
        (t, trace) =>
          kind.define(function* (): Script<void> {
            const worker = (name: string) =>
              kind.define(function* (): Script<void> {
                yield* on(t.io(name));
                trace.push(name);
                yield* on(sleep(0));
                trace.push(name);
              });
            const tasks = [createTask(worker("a")), createTask(worker("b"))];
            for (const task of tasks) yield* on(task);
          })(),
        { order: "free" },
      );
      expect(new Set(orders).size).toBe(6);
      counts.push(orders.length);
    }
    expect(counts[0]).toBe(counts[1]);
  });

  it("fails for an error of the program, an error that nobody read, and a run without end", async () => {
    expect(
      (
        await failureOf(async () => {
          throw new RangeError("wrong");
        })
      ).message,
    ).toMatch(/^RangeError: wrong\n/);
    const unread = async () => {
      createTask(async () => {
        throw new RangeError("lost");
      });
      await sleep(1);
    };
    expect((await failureOf(unread)).message).toMatch(
      /^RuntimeError: Task exception was never retrieved: RangeError: lost/,
    );
    const endless = async () => {
      for (;;) await sleep(1);
    };
    expect((await failureOf(endless, { maxSteps: 100 })).message).toMatch(
      /^Endless: the program did not end within 100 callbacks \(maxSteps\)/,
    );
    const cancelled = async () => {
      currentTask()?.cancel();
      await sleep(1);
    };
    expect((await failureOf(cancelled)).message).toMatch(/^CancelledError/);
  });

  it("fails for a timer that is left, if told to", async () => {
    const program = async () => {
      getRunningLoop().callLater("1h", function forgotten() {});
    };
    expect((await explore(program)).runs).toBe(1);
    const error = await failureOf(program, { leaks: true });
    expect(error.message).toMatch(/^Error: timers are left:\n {2}<TimerHandle forgotten\(\)/);
  });

  it("cancels and waits for what outlives the program", async () => {
    let cleanedUp = 0;
    const report = await explore(async (t) => {
      createTask(async () => {
        try {
          await new Future();
        } finally {
          await t.io("close");
          cleanedUp++;
        }
      });
      await sleep(0);
    });
    expect(cleanedUp).toBe(report.runs);
  });

  it("refuses a program that is not the same in each run", async () => {
    let runs = 0;
    const changing: Program = async (t) => {
      runs++;
      await gather(...Array.from({ length: runs % 3 }, () => async () => t.io("io")), async () => t.io("io"));
    };
    await expect(explore(changing)).rejects.toThrow(/^the program is not deterministic: at point \d+ there were/);
    const error = await failureOf(lostUpdate(3));
    for (const replay of [error.schedule.replace("plain", "0.1"), "fifo:99.1"]) {
      await expect(explore(async () => {}, { replay })).rejects.toThrow("the schedule does not fit the program");
    }
  });

  it.each(["exhaustive", "random", "pct"] as const)(
    "lets nobody starve who waits for others by polling: %s",
    async (strategy) => {
      const polling: Program = async () => {
        let ready = false;
        const poll = async () => {
          while (!ready) await sleep(0);
        };
        const set = async () => {
          for (let i = 0; i < 3; i++) await sleep(0);
          ready = true;
        };
        await gather(poll, poll, set);
      };
      const report = await explore(polling, { strategy, order: "free", runs: 200 });
      expect(report.runs).toBeGreaterThanOrEqual(200);
    },
  );

  it("refuses foreign promises, unless told to wait for them", async () => {
    const foreign = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
    };
    expect((await failureOf(foreign)).message).toMatch(/a virtual clock can't wait for foreign promises/);
    expect((await explore(foreign, { foreign: "wait" })).complete).toBe(true);
  });

  it("cancels I/O, which has not happened then", async () => {
    const report = await explore(async (t) => {
      let happened = false;
      const write = async () =>
        t.io("write", () => {
          happened = true;
        });
      const task = createTask(write);
      t.finally("it has happened, or was cancelled", () => happened || task.cancelled());
      t.finally("what was cancelled in time has not happened", () => !(cancelledInTime && happened));
      await sleep(0);
      const cancelledInTime = !happened;
      task.cancel();
    });
    expect(report.complete).toBe(true);
  });

  it("gives I/O's errors to who waits for it", async () => {
    const error = await failureOf(async (t) => {
      await t.io("read", () => {
        throw new RangeError("broken disk");
      });
    });
    expect(error.message).toMatch(/^RangeError: broken disk/);
  });

  it("can't run inside a loop, and refuses options that are wrong", async () => {
    const nothing = async () => {};
    const bad: [ExploreOptions, string][] = [
      [{ strategy: "all" as never }, 'strategy must be "exhaustive" or "random" or "pct", got "all"'],
      [{ order: "lifo" as never }, 'order must be "fifo" or "free", got "lifo"'],
      [{ runs: 0 }, "runs must be a whole number, 1 or more, got 0"],
      [{ seed: 0.5 }, "seed must be a whole number, 0 or more, got 0.5"],
      [{ replay: "12" }, 'replay must be the schedule of a report, got "12"'],
      [{ timeLimit: "soon" as never }, "Invalid timeLimit"],
    ];
    for (const [options, message] of bad) await expect(explore(nothing, options)).rejects.toThrow(message);
    await expect(explore(7 as never)).rejects.toThrow("explore() takes a function, got 7");
    const wrong = (t: ExploredRun) => t.always("x", 7 as never) as never;
    expect((await failureOf(wrong)).message).toMatch(/^TypeError: always\(\) takes a function, got 7/);
    await expect(
      explore(async () => {
        await explore(nothing);
      }),
    ).rejects.toThrow("explore() cannot be called from a running event loop");
  });
});
