import { CancelledError } from "@tsyncio/contract";
import { Future, isFuture } from "@tsyncio/futures";
import { coroutine, createTask, ensureFuture, shield, Task } from "@tsyncio/tasks";
import { failure, on, outcome } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { both, pause, turn, turns } from "./support.ts";

describe("shield", () => {
  both("has the outcome of what it shields", function* () {
    const fail = coroutine(function* () {
      yield* turn();
      throw new Error("bad");
    });
    expect(yield* on(shield(pause(1, "good")))).toBe("good");
    expect(yield* failure(shield(fail()))).toEqual(new Error("bad"));
  });

  both("of what is done is that itself", function* () {
    const future = new Future<number>();
    future.setResult(1);
    expect(shield(future)).toBe(future);
  });

  both("lets the waiter be cancelled and the rest go on", function* ({ fn }) {
    const inner = createTask(pause(2, "alive"));
    const waiter = createTask(
      fn(function* () {
        yield* on(shield(inner));
      }),
    );
    yield* on(turn());
    waiter.cancel("just me");
    expect(yield* failure(waiter)).toEqual(new CancelledError("just me"));
    expect(inner.cancelling()).toBe(0);
    expect(yield* on(inner)).toBe("alive");
  });

  both("is cancelled when what it shields is", function* () {
    const inner = createTask(pause(2));
    const outer = shield(inner);
    yield* on(turn());
    inner.cancel();
    expect(yield* failure(outer)).toBeInstanceOf(CancelledError);
    expect(outer.cancelled()).toBe(true);
  });

  both("reports an error that comes after its cancellation as one that nobody read", function* ({ willReport }) {
    const inner = new Future<void>();
    const outer = shield(inner);
    outer.cancel();
    yield* on(turn());
    inner.setException(new Error("late"));
    yield* on(turns(2));
    willReport("Future exception was never retrieved: Error: late");
  });

  both("counts an error as read that comes in the turn of its cancellation", function* () {
    const inner = new Future<void>();
    const outer = shield(inner);
    outer.cancel();
    inner.setException(new Error("at the same time"));
    yield* on(turns(2));
  });

  both("takes functions and promises", function* ({ fn }) {
    const seven = fn(function* () {
      return 7;
    });
    expect(yield* on(shield(seven))).toBe(7);
    expect(yield* on(shield(Promise.resolve(8)))).toBe(8);
  });

  it("refuses what can't be awaited", () => {
    expect(outcome(() => shield(5 as never))).toEqual(
      new TypeError("a future, a coroutine, a promise or a function that returns one is required, got 5"),
    );
  });
});

describe("ensureFuture", () => {
  both("gives futures and tasks back as they are", function* () {
    const future = new Future<void>();
    const task = createTask(turn());
    expect(ensureFuture(future)).toBe(future);
    expect(ensureFuture(task)).toBe(task);
    yield* on(task);
  });

  both("makes a task of coroutines, generators and functions", function* ({ fn }) {
    const generator = (function* () {
      return "generator";
    })();
    const body = fn(function* () {
      return "function";
    });
    const results: unknown[] = [];
    for (const future of [ensureFuture(pause(0, "coroutine")), ensureFuture(generator), ensureFuture(body)]) {
      expect(future).toBeInstanceOf(Task);
      results.push(yield* on(future as Future<unknown>));
    }
    expect(results).toEqual(["coroutine", "generator", "function"]);
  });

  both("makes a future of a promise", function* () {
    const future = ensureFuture(Promise.resolve("value"));
    expect([isFuture(future), future instanceof Task]).toEqual([true, false]);
    expect(yield* on(future)).toBe("value");
  });

  both("takes the loop of its option", function* ({ loop }) {
    const task = ensureFuture(turn(), { loop });
    expect(task.getLoop()).toBe(loop);
    yield* on(task);
  });

  it("refuses what is none of these", () => {
    const text = "a future, a coroutine, a promise or a function that returns one is required, got";
    for (const [value, shown] of [
      ["x", '"x"'],
      [null, "null"],
      [undefined, "undefined"],
      [{}, "an object"],
    ]) {
      expect(outcome(() => ensureFuture(value as never))).toEqual(new TypeError(`${text} ${shown}`));
    }
  });
});
