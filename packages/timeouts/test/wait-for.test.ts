import { CancelledError, TimeoutError, ValueError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { createTask, gather, shield } from "@tsyncio/tasks";
import { failure, on, outcome } from "@tsyncio/test-support";
import { sleep, waitFor } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";
import { both, self } from "./support.ts";

describe("waitFor", () => {
  both("gives the result when it comes in time, and leaves no timer", function* ({ fn, loop }) {
    const body = fn(function* () {
      yield* on(sleep(1));
      return "in time";
    });
    expect(yield* on(waitFor(body, "2s"))).toBe("in time");
    expect(yield* on(waitFor(sleep(1, "coroutine"), 2))).toBe("coroutine");
    expect(yield* on(waitFor(createTask(sleep(1, "task")), 2))).toBe("task");
    expect(yield* on(waitFor(Promise.resolve("promise"), 2))).toBe("promise");
    expect(loop.time()).toBe(3);
  });

  both("passes on an error", function* ({ fn }) {
    const failing = fn(function* () {
      yield* on(sleep(0));
      throw new Error("own error");
    });
    expect(yield* failure(waitFor(failing, 10))).toEqual(new Error("own error"));
    const future = new Future<void>();
    future.setException(new Error("was there"));
    expect(yield* failure(waitFor(future, 10))).toEqual(new Error("was there"));
  });

  both("of null waits for ever", function* ({ loop }) {
    expect(yield* on(waitFor(sleep("10h", "late"), null))).toBe("late");
    expect(loop.time()).toBe(36_000);
  });

  both(
    "at the deadline cancels what it waits for, waits for that, and raises a TimeoutError",
    function* ({ fn, loop }) {
      const trace: string[] = [];
      const task = createTask(
        fn(function* () {
          try {
            yield* on(sleep(10));
          } finally {
            yield* on(sleep(2));
            trace.push("cleaned up");
          }
        }),
      );
      expect(yield* failure(waitFor(task, 1))).toEqual(new TimeoutError());
      expect(trace).toEqual(["cleaned up"]);
      expect([loop.time(), task.cancelled(), self().cancelling()]).toEqual([3, true, 0]);
    },
  );

  both("runs coroutines and functions in the calling task", function* ({ fn }) {
    const own = self().getName();
    const name = fn(function* () {
      yield* on(sleep(0));
      return self().getName();
    });
    expect(yield* on(waitFor(name, 1))).toBe(own);
    expect(yield* on(waitFor(name, null))).toBe(own);
  });

  both("cancels a future and a promise at the deadline", function* () {
    const future = new Future<void>();
    expect(yield* failure(waitFor(future, 1))).toBeInstanceOf(TimeoutError);
    expect(future.cancelled()).toBe(true);
    expect(yield* failure(waitFor(new Promise(() => {}), 0.001))).toBeInstanceOf(TimeoutError);
  });

  both("around a shield leaves alone what that protects", function* () {
    const task = createTask(sleep(5, "alive"));
    expect(yield* failure(waitFor(shield(task), 1))).toBeInstanceOf(TimeoutError);
    expect(task.done()).toBe(false);
    expect(yield* on(task)).toBe("alive");
  });
});

describe("waitFor of 0 and below", () => {
  for (const delay of [0, -1] as const) {
    both(`gives what is there already (${delay})`, function* () {
      const future = new Future<string>();
      future.setResult("there");
      expect(yield* on(waitFor(future, delay))).toBe("there");
      expect(yield* on(waitFor(future, "0s"))).toBe("there");
    });

    both(`cancels what is not, without letting it begin (${delay})`, function* ({ fn }) {
      let began = false;
      const body = fn(function* () {
        began = true;
      });
      expect(yield* failure(waitFor(body, delay))).toBeInstanceOf(TimeoutError);
      const future = new Future<void>();
      expect(yield* failure(waitFor(future, delay))).toBeInstanceOf(TimeoutError);
      expect([began, future.cancelled()]).toEqual([false, true]);
    });

    both(`waits for the clean-up of a task that runs (${delay})`, function* ({ fn }) {
      const trace: string[] = [];
      const task = createTask(
        fn(function* () {
          try {
            yield* on(sleep(10));
          } finally {
            yield* on(sleep(1));
            trace.push("cleaned up");
          }
        }),
      );
      yield* on(sleep(1));
      expect(yield* failure(waitFor(task, delay))).toBeInstanceOf(TimeoutError);
      expect(trace).toEqual(["cleaned up"]);
    });

    both(`gives the result or error that a task ends its clean-up with (${delay})`, function* ({ fn }) {
      const ending = (end: () => string) =>
        createTask(
          fn(function* () {
            yield* failure(sleep(10));
            return end();
          }),
        );
      const good = ending(() => "result after all");
      const bad = ending(() => {
        throw new Error("in clean-up");
      });
      yield* on(sleep(1));
      expect(yield* on(waitFor(good, delay))).toBe("result after all");
      expect(yield* failure(waitFor(bad, delay))).toEqual(new Error("in clean-up"));
    });
  }
});

describe("waitFor loses no result", () => {
  both("a result that comes in the clean-up is given", function* ({ fn }) {
    const body = fn(function* () {
      yield* failure(sleep(10));
      return "after all";
    });
    expect(yield* on(waitFor(body, 1))).toBe("after all");
    expect(yield* on(waitFor(createTask(body), 1))).toBe("after all");
    expect(self().cancelling()).toBe(0);
  });

  both("an error that comes in the clean-up is raised", function* ({ fn }) {
    const body = fn(function* () {
      yield* failure(sleep(10));
      throw new Error("in clean-up");
    });
    expect(yield* failure(waitFor(createTask(body), 1))).toEqual(new Error("in clean-up"));
  });

  both("what comes in the turn of the deadline stays in its future", function* ({ fn, loop }) {
    const future = new Future<string>();
    loop.callLater(1, () => future.setResult("just in time"));
    const waiter = createTask(
      fn(function* () {
        yield* on(sleep(0.5));
        return yield* on(waitFor(future, 0.5));
      }),
    );
    // Both strike at 1; the result was there first, but the cancellation of the waiting task still counts, as in asyncio.
    const result = yield* on(gather([waiter], { returnExceptions: true }));
    expect(result).toEqual([new TimeoutError()]);
    expect(future.result()).toBe("just in time");
  });
});

describe("waitFor loses no cancellation", () => {
  both("a cancellation from outside ends it, and what it waits for", function* ({ fn }) {
    const inner = createTask(sleep(10));
    const waiter = createTask(
      fn(function* () {
        yield* on(waitFor(inner, 5));
      }),
    );
    yield* on(sleep(1));
    waiter.cancel("outside");
    expect(yield* failure(waiter)).toEqual(new CancelledError("outside"));
    expect([inner.cancelled(), waiter.cancelling()]).toEqual([true, 1]);
  });

  both("a cancellation in the turn in which the result comes is not swallowed", function* ({ fn }) {
    const future = new Future<string>();
    const waiter = createTask(
      fn(function* () {
        return yield* on(waitFor(future, 10));
      }),
    );
    yield* on(sleep(1));
    future.setResult("result");
    waiter.cancel("at the same time");
    expect(yield* failure(waiter)).toEqual(new CancelledError("at the same time"));
    expect(future.result()).toBe("result");
  });

  both("a cancellation that what it waits for swallows is for that alone to swallow", function* ({ fn }) {
    const stubborn = fn(function* () {
      yield* failure(sleep(10));
      return "stubborn";
    });
    const waiter = createTask(
      fn(function* () {
        return yield* on(waitFor(stubborn, 5));
      }),
    );
    yield* on(sleep(1));
    waiter.cancel();
    expect(yield* on(waiter)).toBe("stubborn");
    expect(waiter.cancelling()).toBe(1);
  });

  both("a cancellation by the one that is waited for is no timeout", function* ({ loop }) {
    const task = createTask(sleep(10));
    loop.callLater(1, () => task.cancel("by itself"));
    expect(yield* failure(waitFor(task, 5))).toEqual(new CancelledError("by itself"));
  });

  both("a cancellation after the deadline, in the clean-up, ends the waiter by it", function* ({ fn }) {
    const trace: string[] = [];
    const body = fn(function* () {
      try {
        yield* on(sleep(10));
      } finally {
        trace.push(String(yield* failure(sleep(10))));
      }
    });
    const waiter = createTask(
      fn(function* () {
        yield* on(waitFor(body, 1));
      }),
    );
    yield* on(sleep(2));
    waiter.cancel("from outside, later");
    const error = yield* failure(waiter);
    expect(error).toBeInstanceOf(CancelledError);
    expect(trace).toEqual(["CancelledError: from outside, later"]);
    expect([waiter.cancelled(), waiter.cancelling()]).toEqual([true, 1]);
  });
});

describe("bad input to waitFor", () => {
  it("a bad delay is refused at the call", () => {
    expect(outcome(() => waitFor(async () => {}, Number.NaN))).toEqual(
      new ValueError("Invalid delay: NaN (not a number)"),
    );
    expect(outcome(() => waitFor(async () => {}, "never" as never))).toBeInstanceOf(ValueError);
    expect(outcome(() => waitFor(async () => {}, undefined as never))).toBeInstanceOf(TypeError);
  });

  both("what can't be awaited is refused", function* () {
    for (const delay of [1, 0, null]) {
      const error = yield* failure(waitFor(5 as never, delay));
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toMatch(/^a future, a coroutine, a promise or a function .*is required, got 5$/);
    }
  });
});
