import { CancelledError, ExceptionGroup, RuntimeError, TimeoutError, ValueError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { createTask, currentSignal, type TaskGroup, taskGroup } from "@tsyncio/tasks";
import { failure, on, outcome, worldOf } from "@tsyncio/test-support";
import { sleep, Timeout, timeout, timeoutAt } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";
import { both, self } from "./support.ts";

describe("timeout", () => {
  both("cancels its body at the deadline, lets it clean up, and raises a TimeoutError", function* ({ fn, loop }) {
    const trace: string[] = [];
    const limited = timeout(
      "1s",
      fn(function* () {
        try {
          yield* on(sleep(10));
        } catch (error) {
          trace.push((error as Error).name);
          throw error;
        } finally {
          yield* on(sleep(2));
          trace.push("cleaned up");
        }
      }),
    );
    expect(yield* failure(limited)).toEqual(new TimeoutError());
    expect(trace).toEqual(["CancelledError", "cleaned up"]);
    expect([loop.time(), self().cancelling()]).toEqual([3, 0]);
  });

  both("gives what the body returned in time, and leaves no timer", function* ({ fn, loop }) {
    const body = fn(function* () {
      yield* on(sleep(1));
      return "in time";
    });
    expect(yield* on(timeout("2s", body))).toBe("in time");
    expect(loop.time()).toBe(1);
  });

  both("runs its body in the current task, without a turn of the loop", function* ({ fn, loop }) {
    const task = self().getName();
    let turned = false;
    loop.callSoon(() => {
      turned = true;
    });
    const body = fn(function* () {
      return self().getName();
    });
    expect(yield* on(timeout(10, body))).toBe(task);
    expect(turned).toBe(false);
  });

  both("gives its body the Timeout", function* ({ fn, loop }) {
    yield* on(sleep(5));
    yield* on(
      timeout(
        10,
        fn(function* (t: Timeout) {
          expect(t).toBeInstanceOf(Timeout);
          expect([t.when(), t.expired()]).toEqual([15, false]);
          expect(t.signal === currentSignal()).toBe(true);
          yield* on(sleep(1));
        }),
      ),
    );
    expect(loop.time()).toBe(6);
  });

  both("of null never strikes", function* ({ fn, loop }) {
    const body = fn(function* (t: Timeout) {
      yield* on(sleep("10h"));
      return t.when();
    });
    expect(yield* on(timeout(null, body))).toBe(null);
    expect(yield* on(timeoutAt(null, body))).toBe(null);
    expect(loop.time()).toBe(72_000);
  });

  both("of 0, and one that has passed, strike in the next turn: the body runs to its first wait", function* ({ fn }) {
    for (const delay of [0, -1, "0s"] as const) {
      const trace: string[] = [];
      let inner: Timeout | undefined;
      const limited = timeout(
        delay,
        fn(function* (t: Timeout) {
          inner = t;
          trace.push("body");
          yield* on(sleep(10));
          trace.push("not reached");
        }),
      );
      expect(yield* failure(limited)).toBeInstanceOf(TimeoutError);
      expect(trace).toEqual(["body"]);
      expect(inner?.expired()).toBe(true);
    }
  });

  both("of 0 strikes a body that gives up one turn, too", function* ({ fn }) {
    let expired: boolean | undefined;
    const limited = timeout(
      0,
      fn(function* (t: Timeout) {
        yield* on(sleep(0));
        expired = t.expired();
        yield* on(sleep(0));
        yield* on(sleep(0));
      }),
    );
    expect(yield* failure(limited)).toBeInstanceOf(TimeoutError);
    expect(expired).toBe(undefined);
  });

  both("of 0 does not strike a body that never waits", function* ({ fn }) {
    const body = fn(function* () {
      return "no wait";
    });
    expect(yield* on(timeout(0, body))).toBe("no wait");
    yield* on(sleep(1));
  });

  both(
    "that strikes in the very turn in which the body ends has not struck if the body comes first",
    function* ({ fn, loop }) {
      // Equal deadlines: the earlier one to be set rings first, so it decides.
      const early = new Future<string>();
      loop.callLater(1, () => early.setResult("first"));
      const body = fn(function* () {
        return yield* on(early);
      });
      expect(yield* failure(timeout(1, body))).toBeInstanceOf(TimeoutError);
      expect(early.result()).toBe("first");
    },
  );

  both("passes on what the body throws, before the deadline and after it", function* ({ fn }) {
    const failing = fn(function* () {
      yield* on(sleep(1));
      throw new Error("own error");
    });
    expect(yield* failure(timeout(2, failing))).toEqual(new Error("own error"));
    const turned = fn(function* () {
      yield* failure(sleep(10));
      throw new Error("instead of the cancellation");
    });
    expect(yield* failure(timeout(2, turned))).toEqual(new Error("instead of the cancellation"));
    expect(self().cancelling()).toBe(0);
  });

  both("whose body swallows the cancellation gives what the body returned", function* ({ fn }) {
    let inner: Timeout | undefined;
    const body = fn(function* (t: Timeout) {
      inner = t;
      yield* failure(sleep(10));
      return "swallowed";
    });
    expect(yield* on(timeout(1, body))).toBe("swallowed");
    expect([inner?.expired(), self().cancelling()]).toEqual([true, 0]);
    yield* on(sleep(1));
  });

  both("does not take a cancellation that the body makes up for its own", function* ({ fn }) {
    const body = fn(function* () {
      throw new CancelledError("made up");
    });
    expect(yield* failure(timeout(10, body))).toEqual(new CancelledError("made up"));
  });

  both("takes bodies of every kind", function* () {
    const future = new Future<string>();
    future.setResult("future");
    const results: unknown[] = [];
    for (const body of [
      function* () {
        yield;
        return "generator";
      },
      async () => "async",
      () => sleep(1, "coroutine"),
      () => future,
      () => Promise.resolve("promise"),
    ]) {
      results.push(yield* on(timeout(10, body as () => PromiseLike<string>)));
    }
    expect(results).toEqual(["generator", "async", "coroutine", "future", "promise"]);
  });
});

describe("a cancellation from outside", () => {
  both("passes through a timeout that has not struck", function* ({ fn }) {
    let inner: Timeout | undefined;
    const task = createTask(
      timeout(
        10,
        fn(function* (t: Timeout) {
          inner = t;
          yield* on(sleep(5));
        }),
      ),
    );
    yield* on(sleep(1));
    task.cancel("outside");
    expect(yield* failure(task)).toEqual(new CancelledError("outside"));
    expect([inner?.expired(), task.cancelling()]).toEqual([false, 1]);
  });

  both("wins over a timeout that strikes at the same time", function* ({ fn, loop }) {
    for (const first of ["timeout", "outside"]) {
      const task = createTask(
        timeout(
          1,
          fn(function* () {
            yield* on(sleep(5));
          }),
        ),
      );
      if (first === "outside") loop.callLater(1, () => task.cancel("outside"));
      yield* on(sleep(0.5));
      if (first === "timeout") loop.callLater(0.5, () => task.cancel("outside"));
      const error = yield* failure(task);
      expect(error).toBeInstanceOf(CancelledError);
      expect([task.cancelled(), task.cancelling()]).toEqual([true, 1]);
    }
  });

  both("that was there before the timeout is not taken for the timeout's", function* ({ fn }) {
    const seen: unknown[] = [];
    const task = createTask(
      fn(function* () {
        yield* failure(sleep(10));
        seen.push(self().cancelling());
        seen.push(yield* failure(timeout(1, () => sleep(10))));
        seen.push(self().cancelling());
      }),
    );
    yield* on(sleep(1));
    task.cancel();
    yield* on(task);
    expect(seen).toEqual([1, new TimeoutError(), 1]);
  });

  both("while a clean-up has its own timeout: each gets what is its", function* ({ fn, loop }) {
    const trace: string[] = [];
    const task = createTask(
      fn(function* () {
        try {
          yield* on(sleep(10));
        } finally {
          trace.push(String(yield* failure(timeout(1, () => sleep(10)))));
          trace.push(`at ${loop.time()}`);
        }
      }),
    );
    yield* on(sleep(1));
    task.cancel("outside");
    expect(yield* failure(task)).toEqual(new CancelledError("outside"));
    expect(trace).toEqual(["TimeoutError", "at 2"]);
  });
});

describe("nested timeouts", () => {
  both("the inner one that strikes leaves the outer one alone", function* ({ fn, loop }) {
    const result = yield* on(
      timeout(
        5,
        fn(function* (outer: Timeout) {
          const error = yield* failure(timeout(1, () => sleep(10)));
          expect([error instanceof TimeoutError, outer.expired(), self().cancelling()]).toEqual([true, false, 0]);
          return yield* on(sleep(1, "went on"));
        }),
      ),
    );
    expect([result, loop.time()]).toEqual(["went on", 2]);
  });

  both("the outer one that strikes goes through the inner one as a cancellation", function* ({ fn }) {
    const seen: unknown[] = [];
    const limited = timeout(
      1,
      fn(function* () {
        const inner = timeout(
          5,
          fn(function* (t: Timeout) {
            try {
              yield* on(sleep(10));
            } catch (error) {
              seen.push((error as Error).name, t.expired());
              throw error;
            }
          }),
        );
        try {
          yield* on(inner);
        } catch (error) {
          seen.push((error as Error).name);
          throw error;
        }
      }),
    );
    expect(yield* failure(limited)).toEqual(new TimeoutError());
    expect(seen).toEqual(["CancelledError", false, "CancelledError"]);
  });

  both("that strike at the same time: the outer one raises", function* ({ fn, loop }) {
    const seen: string[] = [];
    const limited = timeout(
      1,
      fn(function* () {
        try {
          yield* on(timeout(1, () => sleep(10)));
        } catch (error) {
          seen.push((error as Error).name);
          throw error;
        }
      }),
    );
    expect(yield* failure(limited)).toEqual(new TimeoutError());
    expect(seen).toEqual(["CancelledError"]);
    expect([loop.time(), self().cancelling()]).toEqual([1, 0]);
  });

  both("that both have struck while the loop was busy: the outer one raises", function* ({ fn, loop }) {
    const seen: string[] = [];
    const limited = timeout(
      0.2,
      fn(function* () {
        const inner = timeout(
          0.1,
          fn(function* () {
            loop.host.advance(0.3);
            yield* on(sleep(1));
          }),
        );
        try {
          yield* on(inner);
        } catch (error) {
          seen.push((error as Error).name);
          throw error;
        }
      }),
    );
    expect(yield* failure(limited)).toBeInstanceOf(TimeoutError);
    expect(seen).toEqual(["CancelledError"]);
  });

  both("what follows an inner one that has struck is stopped by the outer one", function* ({ fn, loop }) {
    const seen: string[] = [];
    const limited = timeout(
      2,
      fn(function* () {
        seen.push(((yield* failure(timeout(1, () => sleep(10)))) as Error).name);
        yield* on(sleep(10));
      }),
    );
    expect(yield* failure(limited)).toBeInstanceOf(TimeoutError);
    expect([seen, loop.time()]).toEqual([["TimeoutError"], 2]);
  });

  both("in a clean-up of a timeout that has struck", function* ({ fn, loop }) {
    const seen: string[] = [];
    const limited = timeout(
      1,
      fn(function* () {
        try {
          yield* on(sleep(10));
        } finally {
          seen.push(((yield* failure(timeout(1, () => sleep(10)))) as Error).name, `${loop.time()}`);
        }
      }),
    );
    expect(yield* failure(limited)).toEqual(new TimeoutError());
    expect(seen).toEqual(["TimeoutError", "2"]);
  });
});

describe("a timeout and a task group", () => {
  both("a timeout around a group cancels it, and raises one TimeoutError", function* ({ fn }) {
    const trace: string[] = [];
    const limited = timeout(1, () =>
      taskGroup(
        fn(function* (tg: TaskGroup) {
          tg.createTask(
            fn(function* () {
              try {
                yield* on(sleep(10));
              } finally {
                trace.push("child cancelled");
              }
            }),
          );
        }),
      ),
    );
    expect(yield* failure(limited)).toEqual(new TimeoutError());
    expect(trace).toEqual(["child cancelled"]);
    expect(self().cancelling()).toBe(0);
  });

  both("a timeout in a group's task is that task's error", function* ({ fn }) {
    const group = taskGroup(
      fn(function* (tg: TaskGroup) {
        tg.createTask(timeout(1, () => sleep(10)));
        yield* on(sleep(10));
      }),
    );
    const error = (yield* failure(group)) as ExceptionGroup;
    expect(error.errors).toEqual([new TimeoutError()]);
  });

  both("errors of a group that a timeout cancels come as they are", function* ({ fn }) {
    const limited = timeout(1, () =>
      taskGroup(
        fn(function* (tg: TaskGroup) {
          tg.createTask(
            fn(function* () {
              yield* failure(sleep(10));
              throw new Error("clean-up");
            }),
          );
        }),
      ),
    );
    const error = (yield* failure(limited)) as ExceptionGroup;
    expect(error).toBeInstanceOf(ExceptionGroup);
    expect(error.errors).toEqual([new Error("clean-up")]);
    expect(self().cancelling()).toBe(0);
    yield* on(sleep(1));
  });
});

describe("reschedule", () => {
  both("moves the deadline later, earlier, away and into the past", function* ({ fn, loop }) {
    const limited = (when: (t: Timeout) => number | null, seconds: number) =>
      timeout(
        10,
        fn(function* (t: Timeout) {
          t.reschedule(when(t));
          yield* on(sleep(seconds));
          return t.when();
        }),
      );
    expect(yield* on(limited(() => loop.time() + 20, 15))).toBe(20);
    expect(loop.time()).toBe(15);
    expect(yield* failure(limited(() => loop.time() + 1, 5))).toBeInstanceOf(TimeoutError);
    expect(loop.time()).toBe(16);
    expect(yield* on(limited(() => null, 100))).toBe(null);
    expect(loop.time()).toBe(116);
    expect(yield* failure(limited(() => 5, 100))).toBeInstanceOf(TimeoutError);
    expect(loop.time()).toBe(116);
  });

  both("arms one that had no deadline", function* ({ fn, loop }) {
    const limited = timeout(
      null,
      fn(function* (t: Timeout) {
        t.reschedule(loop.time() + 1);
        yield* on(sleep(10));
      }),
    );
    expect(yield* failure(limited)).toBeInstanceOf(TimeoutError);
  });

  both("is refused before, while it strikes, and after", function* ({ fn, loop }) {
    const refusals: string[] = [];
    const refused = (t: Timeout) => refusals.push((outcome(() => t.reschedule(100)) as Error).message);
    const fresh = new Timeout(100);
    refused(fresh);
    let ended: Timeout | undefined;
    yield* on(
      fresh.run(
        fn(function* (t: Timeout) {
          ended = t;
        }),
      ),
    );
    refused(ended as Timeout);
    const struck = new Timeout(loop.time() + 1);
    const body = fn(function* () {
      try {
        yield* on(sleep(10));
      } finally {
        refused(struck);
      }
    });
    yield* failure(struck.run(body));
    refused(struck);
    expect(refusals).toEqual([
      "Timeout has not been entered",
      "Cannot change state of finished Timeout",
      "Cannot change state of expiring Timeout",
      "Cannot change state of expired Timeout",
    ]);
  });
});

describe("an object of Timeout", () => {
  both("enters once", function* ({ fn }) {
    const once = new Timeout(null);
    const body = fn(function* () {});
    yield* on(
      once.run(
        fn(function* () {
          expect(yield* failure(once.run(body))).toEqual(new RuntimeError("Timeout has already been entered"));
        }),
      ),
    );
    expect(yield* failure(once.run(body))).toEqual(new RuntimeError("Timeout has already been entered"));
  });

  both("that was run already is still as it was after a refused run", function* ({ fn, loop }) {
    const limited = new Timeout(loop.time() + 1);
    const body = fn(function* () {
      yield* failure(limited.run(fn(function* () {})));
      yield* on(sleep(10));
    });
    expect(yield* failure(limited.run(body))).toBeInstanceOf(TimeoutError);
  });

  both("has a signal once it is entered: aborted when it strikes, fresh when that is over", function* ({ fn }) {
    expect(outcome(() => new Timeout(1).signal)).toEqual(new RuntimeError("Timeout has not been entered"));
    let signal: AbortSignal | undefined;
    const task = self();
    const outer = task.signal;
    const body = fn(function* (t: Timeout) {
      signal = t.signal;
      yield* on(sleep(10));
    });
    yield* failure(timeout(1, body));
    expect([signal?.aborted, outer.aborted, currentSignal() === outer]).toEqual([true, false, true]);
    expect(signal?.reason).toBeInstanceOf(CancelledError);
  });

  both("shows its state", function* ({ fn, loop }) {
    const limited = new Timeout(1.23456);
    const shown = [String(limited)];
    const body = fn(function* () {
      shown.push(String(limited));
      yield* failure(sleep(10));
      shown.push(String(limited));
      limited.when();
    });
    yield* on(limited.run(body));
    shown.push(String(limited));
    const never = new Timeout(null);
    yield* on(
      never.run(
        fn(function* () {
          shown.push(String(never));
        }),
      ),
    );
    shown.push(String(never));
    expect(shown).toEqual([
      "<Timeout [created]>",
      "<Timeout [active] when=1.235>",
      "<Timeout [expiring]>",
      "<Timeout [expired]>",
      "<Timeout [active] when=null>",
      "<Timeout [finished]>",
    ]);
    expect(loop.time()).toBe(1.23456);
  });
});

describe("the signal option of a timeout", () => {
  both("cancels the body with the signal's reason, which is no TimeoutError", function* ({ fn, loop }) {
    const controller = new AbortController();
    loop.callLater(1, () => controller.abort("user left"));
    const limited = timeout(
      10,
      fn(function* () {
        yield* on(sleep(20));
      }),
      { signal: controller.signal },
    );
    expect(yield* failure(limited)).toEqual(new CancelledError("user left"));
    expect(loop.time()).toBe(1);
  });
});

describe("bad input to timeouts", () => {
  const body = async () => {};

  it("is refused at the call", () => {
    expect(outcome(() => timeout(Number.NaN, body))).toEqual(new ValueError("Invalid delay: NaN (not a number)"));
    expect(outcome(() => timeout("later" as never, body))).toBeInstanceOf(ValueError);
    expect(outcome(() => timeout(undefined as never, body))).toBeInstanceOf(TypeError);
    expect(outcome(() => timeoutAt(Number.NaN, body))).toEqual(new ValueError("Invalid when: NaN (not a number)"));
    expect(outcome(() => new Timeout("5s" as never))).toEqual(
      new TypeError('when must be a number of seconds of loop.time(), or null, got "5s"'),
    );
    expect(outcome(() => new Timeout(1, { abandonAfter: "x" as never }))).toBeInstanceOf(ValueError);
    expect(outcome(() => timeoutAt(1, "body" as never))).toEqual(
      new TypeError('a function was expected as the body of timeout(), got "body"'),
    );
  });

  it("such as a coroutine instead of a body is refused at the call, which says what to write", () => {
    const made = sleep(1);
    const message =
      "a function was expected as the body of timeout(), got <Coroutine sleep>; " +
      "write () => in front of it: the body is called inside the scope of timeout()";
    for (const call of [timeout, timeoutAt]) {
      expect(outcome(() => call(1, made as never))).toEqual(new TypeError(message));
    }
    made.close();
  });

  it("outside of any task a timeout makes a task of its own", async () => {
    expect(await timeout("1s", async () => self().getName())).toMatch(/^Task-\d+$/);
    await expect(timeout("5ms", () => sleep("1h"))).rejects.toBeInstanceOf(TimeoutError);
  });
});

describe("timeouts side by side in one task", () => {
  const law = (name: string, main: (loop: ReturnType<typeof worldOf>["loop"]) => Promise<void>) =>
    it(name, async () => {
      const world = worldOf();
      await world.loop.runUntilComplete(() => main(world.loop));
      world.leave();
    });

  law("in one Promise.all: only the one that strikes is cancelled", async (loop) => {
    const trace: string[] = [];
    const work = async (name: string, seconds: number) => {
      try {
        await sleep(seconds);
        trace.push(`${name} ended at ${loop.time()}`);
        return name;
      } catch (error) {
        trace.push(`${name}: ${(error as Error).name} at ${loop.time()}`);
        throw error;
      }
    };
    const [a, b, c] = await Promise.all([
      timeout(1, () => work("a", 5)).catch((error: unknown) => (error as Error).name),
      timeout(5, () => work("b", 3)),
      work("c", 2),
    ]);
    expect([a, b, c]).toEqual(["TimeoutError", "b", "c"]);
    expect(trace).toEqual(["a: CancelledError at 1", "c ended at 2", "b ended at 3"]);
    expect(self().cancelling()).toBe(0);
  });

  law("in one Promise.all all may strike, each for itself", async (loop) => {
    const settled = await Promise.allSettled([1, 2, 2, 3].map((seconds) => timeout(seconds, () => sleep(10))));
    expect(settled.map((each) => (each.status === "rejected" ? each.reason.name : each.status))).toEqual(
      Array(4).fill("TimeoutError"),
    );
    expect([loop.time(), self().cancelling()]).toEqual([3, 0]);
  });

  law("one after the other in one task: the third still works, and so does what follows", async (loop) => {
    for (let i = 0; i < 3; i++) {
      const error = await timeout(1, async (t) => {
        expect(t.signal.aborted).toBe(false);
        await sleep(10);
      }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(TimeoutError);
    }
    const aborted = await timeout(1, async (t) => {
      await sleep(0.5);
      return t.signal.aborted;
    });
    expect(aborted).toBe(false);
    expect(loop.time()).toBe(3.5);
  });

  law("in a callback of the host that was registered in a task it touches only itself", async () => {
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => {
      setImmediate(async () => {
        try {
          await timeout(1, () => sleep(10));
        } catch (error) {
          seen.push((error as Error).name);
        }
        resolve();
      });
    });
    seen.push(self().cancelling(), await sleep(1, "main went on"));
    expect(seen).toEqual(["TimeoutError", 0, "main went on"]);
  });
});
