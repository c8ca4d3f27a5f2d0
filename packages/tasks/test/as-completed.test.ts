import { CancelledError, type CoroutineGenerator, TimeoutError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { asCompleted, coroutine, createTask, forEach, type Task } from "@tsyncio/tasks";
import { failure, on, outcome, worldOf } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { both, pause, turn, turns } from "./support.ts";

const fail = coroutine(function* (seconds: number, error: Error) {
  yield* pause(seconds);
  throw error;
});

describe("asCompleted, as an ordinary iterable", () => {
  both("gives the results in the order in which they come", function* ({ loop }) {
    const seen: unknown[] = [];
    for (const next of asCompleted([pause(3, "c"), pause(1, "a"), pause(2, "b")])) {
      seen.push([yield* on(next), loop.time()]);
    }
    expect(seen).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ]);
  });

  both("gives as many coroutines as there are different awaitables", function* () {
    const task = createTask(pause(1, "task"));
    const made = pause(1, "coroutine");
    const results: string[] = [];
    for (const next of asCompleted([task, made, task, made])) results.push((yield* on(next)) as string);
    expect(results).toEqual(["task", "coroutine"]);
  });

  both("throws an error where that one is awaited, and goes on", function* () {
    const seen: unknown[] = [];
    for (const next of asCompleted([pause(2, "fine"), fail(1, new Error("bad"))])) {
      try {
        seen.push(yield* on(next));
      } catch (error) {
        seen.push(error);
      }
    }
    expect(seen).toEqual([new Error("bad"), "fine"]);
  });

  both("can be stopped and gone on with", function* () {
    const iterator = asCompleted([pause(1, "a"), pause(2, "b"), pause(3, "c")])[Symbol.iterator]();
    const first = iterator.next().value;
    expect(yield* on(first as NonNullable<typeof first>)).toBe("a");
    yield* on(pause(5));
    const rest: unknown[] = [];
    for (let step = iterator.next(); !step.done; step = iterator.next()) rest.push(yield* on(step.value));
    expect(rest).toEqual(["b", "c"]);
  });

  both("serves several waiters in the order in which they began to wait", function* ({ fn }) {
    const [first, second] = [...asCompleted([pause(2, "late"), pause(1, "early")])];
    const trace: string[] = [];
    const waiter = (name: string, next: PromiseLike<unknown> | undefined) =>
      createTask(
        fn(function* () {
          trace.push(`${name}: ${yield* on(next)}`);
        }),
      );
    const later = waiter("asked first", second);
    const sooner = waiter("asked second", first);
    yield* on(later);
    yield* on(sooner);
    expect(trace).toEqual(["asked first: early", "asked second: late"]);
  });

  both("of nothing gives nothing", function* () {
    expect([...asCompleted([])]).toEqual([]);
  });

  both("a waiter that is cancelled when its turn has come passes it on", function* ({ fn }) {
    const future = new Future<string>();
    const [one, two] = [...asCompleted([future, pause(5, "later")])];
    const waiter = (next: PromiseLike<unknown> | undefined) =>
      createTask(
        fn(function* () {
          return yield* on(next);
        }),
      );
    const [a, b] = [waiter(one), waiter(two)];
    yield* on(turns(2));
    future.setResult("the first");
    yield* on(turn());
    a.cancel();
    expect(yield* failure(a)).toBeInstanceOf(CancelledError);
    expect(yield* on(b)).toBe("the first");
    yield* on(pause(5));
  });
});

describe("asCompleted with a timeout", () => {
  both("raises a TimeoutError for each that is not done by then, and cancels nothing", function* ({ loop }) {
    const slow = [createTask(pause(5, "slow")), createTask(pause(6, "slower"))];
    const seen: unknown[] = [];
    for (const next of asCompleted([...slow, pause(1, "quick")], { timeout: "2s" })) {
      try {
        seen.push(yield* on(next));
      } catch (error) {
        seen.push(error);
      }
    }
    expect(seen).toEqual(["quick", new TimeoutError(), new TimeoutError()]);
    expect(loop.time()).toBe(2);
    for (const task of slow) yield* on(task);
  });

  both("that is not reached leaves no timer", function* () {
    for (const next of asCompleted([pause(1)], { timeout: 1000 })) yield* on(next);
  });
});

describe("asCompleted, as an async iterable", () => {
  both("says whose turn it is, and gives the very tasks", function* ({ fn }) {
    const tasks = [createTask(pause(3, "c")), createTask(pause(1, "a")), createTask(pause(2, "b"))];
    const seen: unknown[] = [];
    yield* on(
      forEach(
        asCompleted(tasks),
        fn(function* ({ task }: { task: Future<string | undefined> }) {
          seen.push(task);
        }),
      ),
    );
    expect(seen).toEqual([tasks[1], tasks[2], tasks[0]]);
  });

  it("works with for await", async () => {
    const world = worldOf();
    const seen: unknown[] = [];
    const made = pause(1, "made");
    await world.loop.runUntilComplete(async () => {
      for await (const { task } of asCompleted([pause(2, "late"), made])) {
        expect(task.done()).toBe(true);
        seen.push(task.result());
      }
    });
    expect(seen).toEqual(["made", "late"]);
    world.leave();
  });

  it("raises a TimeoutError from the iteration", async () => {
    const world = worldOf();
    const seen: unknown[] = [];
    const slow: Task<unknown>[] = [];
    await world.loop.runUntilComplete(async () => {
      slow.push(createTask(pause(5)));
      try {
        for await (const { task } of asCompleted([...slow, pause(1, "quick")], { timeout: 2 })) {
          seen.push(task.result());
        }
      } catch (error) {
        seen.push(error);
      }
      await slow[0];
    });
    expect(seen).toEqual(["quick", new TimeoutError()]);
    world.leave();
  });

  it("left by break holds neither what is not done nor a timer, and can be gone on with", async () => {
    const world = worldOf();
    const seen: unknown[] = [];
    const future = new Future<string>({ loop: world.loop });
    await world.loop.runUntilComplete(async () => {
      const completions = asCompleted([pause(1, "a"), future, pause(2, "b")], { timeout: 100 });
      for await (const { task } of completions) {
        seen.push(task.result());
        break;
      }
      await pause(3);
      expect(world.timersLeft()).toEqual([]);
      for await (const { task } of completions) {
        seen.push(task.result());
        if (task.result() === "b") world.loop.callLater(1, () => future.setResult("late"));
      }
    });
    expect(seen).toEqual(["a", "b", "late"]);
    world.leave();
  });

  it("left by break and gone on with after its timeout says so", async () => {
    const world = worldOf();
    const future = new Future<string>({ loop: world.loop });
    await world.loop.runUntilComplete(async () => {
      const completions = asCompleted([pause(1), future], { timeout: 2 });
      for await (const _ of completions) break;
      await pause(5);
      const again = (async () => {
        for await (const _ of completions);
      })();
      await expect(again).rejects.toBeInstanceOf(TimeoutError);
    });
    future.cancel();
    world.leave();
  });

  both("an error stays in its task", function* ({ fn }) {
    const seen: unknown[] = [];
    yield* on(
      forEach(
        asCompleted([fail(1, new Error("bad"))]),
        fn(function* ({ task }: { task: Future<unknown> }) {
          seen.push(task.exception());
        }),
      ),
    );
    expect(seen).toEqual([new Error("bad")]);
  });
});

describe("arguments of asCompleted", () => {
  it("that are no list are refused at the call", () => {
    expect(outcome(() => asCompleted(pause(1) as never))).toEqual(
      new TypeError("asCompleted() takes a list of awaitables, got <Coroutine pause>"),
    );
    expect(outcome(() => asCompleted(undefined as never))).toEqual(
      new TypeError("asCompleted() takes a list of awaitables, got undefined"),
    );
  });

  both("may be given by any iterable", function* () {
    const sources = function* (): Generator<() => CoroutineGenerator<number>> {
      for (const n of [1, 2]) {
        yield function* () {
          return n;
        };
      }
    };
    const results: number[] = [];
    for (const next of asCompleted(sources())) results.push(yield* on(next));
    expect(results).toEqual([1, 2]);
  });
});

describe("asCompleted of many", () => {
  both("costs each of them the same", function* () {
    const futures = Array.from({ length: 20_000 }, () => new Future<number>());
    const completions = asCompleted(futures);
    futures.forEach((future, index) => {
      future.setResult(index);
    });
    let sum = 0;
    for (const next of completions) sum += yield* on(next);
    expect(sum).toBe((20_000 * 19_999) / 2);
  });
});
