import { CancelledError, DeadlockError, getRunningLoop } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { createTask, gather, shield } from "@tsyncio/tasks";
import { on, type Script } from "@tsyncio/test-support";
import { cancelSweep, type Invariants, type Program, SweepError, type SweepOptions } from "@tsyncio/testing";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";
import { both } from "./support.ts";

/** How a sweep fails. */
async function failureOf(scenario: Program, invariants?: Invariants, options?: SweepOptions): Promise<SweepError> {
  const found = await cancelSweep(scenario, invariants, options).then(String, (error: unknown) => error);
  if (found instanceof SweepError) return found;
  throw new Error(`nothing was found: ${found}`);
}

/** Hands a waiter on from one to the next, as CPython's semaphore did before gh-90155: a waiter that is cancelled when it was woken keeps it. */
class LosingSemaphore {
  value: number;
  readonly #waiters: Future<void>[] = [];

  constructor(value: number) {
    this.value = value;
  }

  *acquire(): Script<void> {
    while (this.value <= 0) {
      const waiter = new Future<void>();
      this.#waiters.push(waiter);
      yield* on(waiter);
    }
    this.value--;
  }

  release(): void {
    this.value++;
    const waiter = this.#waiters.find((each) => !each.done());
    if (waiter === undefined) return;
    this.#waiters.splice(0, this.#waiters.indexOf(waiter) + 1);
    waiter.setResult();
  }
}

for (const kind of both.kinds) {
  describe(`cancelSweep (${kind.name})`, () => {
    it("cancels each task at each of its waits: at once, just before the wait ends, and just after", async () => {
      const seen: string[] = [];
      const report = await cancelSweep(
        kind.define(function* (): Script<void> {
          const log: string[] = [];
          const worker = kind.define(function* worker(): Script<void> {
            try {
              log.push("begins");
              yield* on(sleep(1));
              log.push("slept");
              yield* on(sleep(0));
              log.push("ends");
            } catch (error) {
              log.push(`${error instanceof CancelledError ? "cancelled" : error} at ${getRunningLoop().time()}`);
            }
          });
          const task = createTask(worker, { name: "worker" });
          try {
            yield* on(task);
          } finally {
            seen.push(log.join(", "));
          }
        }) as Program,
        {},
        { cancellable: (task) => task.getName() === "worker" },
      );
      expect(report.suspensions).toBe(3);
      expect(seen).toEqual([
        "begins, slept, ends",
        "", // Before its first turn.
        "begins, cancelled at 0",
        "begins, cancelled at 1", // The sleep is cancelled when its timer is about to ring,
        "begins, cancelled at 1", // or the task when that has rung.
        "begins, slept, cancelled at 1",
      ]);
      expect(report.runs).toBe(6);
      expect(String(report)).toBe("3 waits, 5 cancellations: all went well");
    });

    it("finds a semaphore that loses a wake-up when a woken waiter is cancelled (gh-90155)", async () => {
      let semaphore: LosingSemaphore;
      const scenario = kind.define(function* (): Script<void> {
        semaphore = new LosingSemaphore(1);
        const work = kind.define(function* work(): Script<void> {
          yield* semaphore.acquire();
          try {
            yield* on(sleep(1));
          } finally {
            semaphore.release();
          }
        });
        const workers = [1, 2, 3].map((i) => createTask(work, { name: `worker ${i}` }));
        yield* on(gather(workers, { returnExceptions: true }));
      }) as Program;
      const error = await failureOf(scenario, { "the semaphore is free": () => semaphore.value === 1 });
      expect(error.cause).toBeInstanceOf(DeadlockError);
      expect(error.strike).toBe(
        "worker 2 was cancelled at its wait no. 1 (<Future pending>), just after what it waited for was done, before it went on",
      );
      expect(error.message).toContain(error.strike);
      expect(error.message).toMatch(
        /worker 3 \(work\) waits for <Future pending created at packages\/testing\/test\/\S+:\d+/,
      );
      expect(error.timeline).toMatch(/worker 2 +IS CANCELLED at <Future finished/);
      const again = await failureOf(scenario, {}, { replay: error.schedule });
      expect(again.timeline).toBe(error.timeline);
    });

    it("finds a clean-up that is not reached from one of several waits", async () => {
      let open = 0;
      const scenario = kind.define(function* (t): Script<void> {
        open = 0;
        yield* on(t.io("connect"));
        open++;
        yield* on(t.io("log in"));
        try {
          yield* on(t.io("query"));
        } finally {
          open--;
        }
      }) as Program;
      const error = await failureOf(scenario, { "connections are closed": () => open === 0 });
      expect(error.message).toMatch(/^broken: connections are closed\n/);
      expect(error.strike).toMatch(/^main was cancelled at its wait no\. 2 \(<io "log in" pending>\)/);
    });
  });
}

describe("cancelSweep", () => {
  it("tells tasks by names that are the same in each run, whatever the process has numbered before", async () => {
    const seen = new Set<string>();
    const scenario = async () => {
      const worker = async () => {
        await sleep(1);
      };
      await gather(worker, worker, createTask(worker, { name: "named" }));
    };
    await cancelSweep(scenario, {}, { cancellable: (_, name) => Boolean(seen.add(name)) });
    expect([...seen].sort()).toEqual(["main", "named", "worker", "worker#2"]);
    const report = await cancelSweep(scenario, {}, { cancellable: (_, name) => name === "worker#2" });
    expect(report.suspensions).toBe(2);
  });

  it("lets invariants wait", async () => {
    const scenario = async () => {
      await sleep(1);
    };
    const error = await failureOf(scenario, {
      "an hour is short": async () => {
        await sleep("1h");
        return false;
      },
    });
    expect(error.message).toMatch(/^broken: an hour is short\n\n {2}without any cancellation\n/);
    expect(error.strike).toBe(null);
  });

  it("finds a task that does not end by its cancellation", async () => {
    const stubborn = async () => {
      for (;;) await shield(new Future()).catch(() => {});
    };
    const error = await failureOf(async () => {
      const task = createTask(stubborn, { name: "stubborn" });
      await sleep(1);
      task.cancel();
    });
    expect(error.message).toMatch(/stubborn waits for/);
  });

  it("finds timers that are left, unless told not to", async () => {
    const scenario = async () => {
      const timer = getRunningLoop().callLater("1h", function report() {});
      await sleep(1);
      timer.cancel();
    };
    const error = await failureOf(scenario);
    expect(error.message).toMatch(/^Error: timers are left:\n {2}<TimerHandle report\(\)/);
    expect((await cancelSweep(scenario, {}, { leaks: false })).suspensions).toBe(1);
  });

  it("finds an error that a cancellation is turned into, unless that is expected", async () => {
    const scenario = async () => {
      try {
        await sleep(1);
      } catch {
        throw new RangeError("interrupted");
      }
    };
    expect((await failureOf(scenario)).message).toMatch(
      /^RangeError: interrupted\n\n {2}main was cancelled at its wait no\. 1/,
    );
    const mayFail = (error: unknown) => error instanceof RangeError;
    expect((await cancelSweep(scenario, {}, { mayFail })).suspensions).toBe(1);
  });

  it("fails when the scenario fails by itself, even in a way that is expected when cancelled", async () => {
    const scenario = async () => {
      throw new RangeError("at once");
    };
    const error = await failureOf(scenario, {}, { mayFail: () => true });
    expect(error.message).toMatch(/^RangeError: at once\n\n {2}without any cancellation\n/);
  });

  it("refuses a scenario that is not the same in each run", async () => {
    let runs = 0;
    const changing = async () => {
      for (let i = 0; i < 5 - runs; i++) await sleep(1);
      runs++;
    };
    await expect(cancelSweep(changing)).rejects.toThrow(/^the program is not deterministic: at point \d+/);
  });

  it("refuses what is wrong, and running loops", async () => {
    await expect(cancelSweep(7 as never)).rejects.toThrow("cancelSweep() takes a function, got 7");
    await expect(cancelSweep(async () => {}, { a: 7 as never })).rejects.toThrow(
      'invariant "a" must be a function, got 7',
    );
    await expect(cancelSweep(async () => {}, {}, { maxSteps: 0 })).rejects.toThrow("maxSteps must be a whole number");
    const nested = await failureOf(async () => {
      await cancelSweep(async () => {});
    });
    expect(nested.message).toMatch(/cancelSweep\(\) cannot be called from a running event loop/);
  });
});
