import { type Awaitable, CancelledError, RuntimeError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { coroutine, createTask, currentTask, type Task } from "@tsyncio/tasks";
import { failure, on, outcome } from "@tsyncio/test-support";
import { describe, expect } from "vitest";
import { both, pause, turn, turns } from "./support.ts";

describe("cancel", () => {
  both("throws a CancelledError where the task waits, and runs its clean-up", function* ({ fn, loop }) {
    const trace: string[] = [];
    const task = createTask(
      fn(function* () {
        try {
          yield* on(pause(10));
          trace.push("not reached");
        } catch (error) {
          trace.push((error as Error).name);
          throw error;
        } finally {
          yield* on(pause(1));
          trace.push("cleaned up");
        }
      }),
    );
    yield* on(turn());
    expect(task.cancel()).toBe(true);
    expect(task.cancelled()).toBe(false);
    expect(yield* failure(task)).toBeInstanceOf(CancelledError);
    expect(trace).toEqual(["CancelledError", "cleaned up"]);
    expect(task.cancelled()).toBe(true);
    expect(loop.time()).toBe(1);
  });

  both("of a task that is done does nothing", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        return 1;
      }),
    );
    yield* on(task);
    expect(task.cancel()).toBe(false);
    expect([task.cancelled(), task.result(), task.cancelling()]).toEqual([false, 1, 0]);
  });

  both("before the first step keeps the body from running", function* ({ fn }) {
    const trace: string[] = [];
    const task = createTask(
      fn(function* () {
        trace.push("body");
      }),
    );
    task.cancel("too early");
    expect(yield* failure(task)).toEqual(new CancelledError("too early"));
    expect(trace).toEqual([]);
  });

  both("tells its reason to the one who awaits the task first, once", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        yield* on(new Future());
      }),
    );
    yield* on(turn());
    task.cancel("enough");
    yield* on(turns(3));
    expect(outcome(() => task.result())).toEqual(new CancelledError("enough"));
    expect(outcome(() => task.result())).toEqual(new CancelledError());
    expect(outcome(() => task.exception())).toEqual(new CancelledError());
    expect(yield* failure(task)).toEqual(new CancelledError());
  });

  both("gives the waiter the very error that the body let pass", function* ({ fn }) {
    let inside: unknown;
    const task = createTask(
      fn(function* () {
        inside = yield* failure(pause(10));
        throw inside;
      }),
    );
    yield* on(turn());
    task.cancel({ why: "an object" });
    const error = yield* failure(task);
    expect(error).toBe(inside);
    expect((error as CancelledError).reason).toEqual({ why: "an object" });
  });

  both("twice in one turn arrives once, with the first reason", function* ({ fn }) {
    const reasons: unknown[] = [];
    const task = createTask(
      fn(function* () {
        for (let i = 0; i < 2; i++) {
          const error = yield* failure(pause(10));
          reasons.push((error as CancelledError).reason);
        }
      }),
    );
    yield* on(turn());
    task.cancel("first");
    task.cancel("second");
    expect(task.cancelling()).toBe(2);
    yield* on(turns(2));
    task.cancel("third");
    yield* on(task);
    expect(reasons).toEqual(["first", "third"]);
    expect(task.cancelling()).toBe(3);
  });

  both("reaches a task that waits on a task that waits on a future", function* ({ fn }) {
    const trace: string[] = [];
    const future = new Future<void>();
    const waiting = (name: string, target: PromiseLike<unknown>) =>
      createTask(
        fn(function* () {
          try {
            yield* on(target);
          } catch (error) {
            trace.push(`${name}: ${(error as Error).message}`);
            throw error;
          }
        }),
      );
    const inner = waiting("inner", future);
    const middle = waiting("middle", inner);
    const outer = waiting("outer", middle);
    yield* on(turn());
    outer.cancel("all of you");
    expect(future.cancelled()).toBe(true);
    expect(inner.cancelled()).toBe(false);
    expect(yield* failure(outer)).toEqual(new CancelledError("all of you"));
    expect(trace).toEqual(["inner: all of you", "middle: all of you", "outer: all of you"]);
    expect([inner, middle, outer].map((task) => task.cancelled())).toEqual([true, true, true]);
    expect([inner, middle, outer].map((task) => task.cancelling())).toEqual([1, 1, 1]);
  });

  both("arrives although the future that was waited for is done in the same turn", function* ({ fn }) {
    const future = new Future<number>();
    const task = createTask(
      fn(function* () {
        yield* on(future);
      }),
    );
    yield* on(turn());
    future.setResult(1);
    expect(task.cancel("late")).toBe(true);
    expect(yield* failure(task)).toEqual(new CancelledError("late"));
    expect(future.result()).toBe(1);
  });

  both("of both the task and the future it waits for is one error", function* ({ fn }) {
    const future = new Future<void>();
    const task = createTask(
      fn(function* () {
        yield* on(future);
      }),
    );
    yield* on(turn());
    future.cancel("future");
    task.cancel("task");
    expect(yield* failure(task)).toEqual(new CancelledError("future"));
    expect(task.cancelled()).toBe(true);
  });

  both("of the future that a task waits for reads as its cancellation, which the task may survive", function* ({ fn }) {
    const future = new Future<void>();
    const task = createTask(
      fn(function* () {
        yield* failure(future);
        return "survived";
      }),
    );
    yield* on(turn());
    future.cancel();
    expect(yield* on(task)).toBe("survived");
    expect(task.cancelling()).toBe(0);
  });

  both("of the task that runs arrives at its next wait", function* ({ fn }) {
    const trace: string[] = [];
    const task = createTask(
      fn(function* () {
        (currentTask() as Task).cancel("myself");
        trace.push("still running");
        yield* on(pause(10));
        trace.push("not reached");
      }),
    );
    expect(yield* failure(task)).toEqual(new CancelledError("myself"));
    expect(trace).toEqual(["still running"]);
  });

  both("of the task that runs counts although no wait follows", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        (currentTask() as Task).cancel("at the end");
        return 12;
      }),
    );
    expect(yield* failure(task)).toEqual(new CancelledError("at the end"));
    expect(task.cancelled()).toBe(true);
  });

  both("wins over an error that the body ends with by itself only when that is none", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        (currentTask() as Task).cancel();
        throw new Error("worse");
      }),
    );
    expect(yield* failure(task)).toEqual(new Error("worse"));
    expect(task.cancelled()).toBe(false);
  });

  both("arrives at a bare turn of the loop", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        yield* on(turn());
        yield* on(turn());
        return "not reached";
      }),
    );
    yield* on(turn());
    task.cancel("between");
    expect(yield* failure(task)).toEqual(new CancelledError("between"));
  });
});

describe("a task that catches its cancellation", () => {
  both("goes on, and can wait again", function* ({ fn, loop }) {
    const task = createTask(
      fn(function* () {
        yield* failure(pause(10));
        yield* on(pause(3));
        return "done after all";
      }),
    );
    yield* on(pause(1));
    task.cancel();
    expect(yield* on(task)).toBe("done after all");
    expect(task.cancelled()).toBe(false);
    expect(task.cancelling()).toBe(1);
    expect(loop.time()).toBe(4);
  });

  both("can be cancelled again in its clean-up", function* ({ fn }) {
    const trace: unknown[] = [];
    const task = createTask(
      fn(function* () {
        try {
          yield* on(pause(10));
        } finally {
          trace.push(((yield* failure(pause(10))) as CancelledError).reason);
        }
      }),
    );
    yield* on(turn());
    task.cancel("one");
    yield* on(turn());
    yield* on(turn());
    task.cancel("two");
    expect(yield* failure(task)).toEqual(new CancelledError("one"));
    expect(trace).toEqual(["two"]);
  });

  both("may turn it into another error", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        yield* failure(pause(10));
        throw new RuntimeError("turned");
      }),
    );
    yield* on(turn());
    task.cancel();
    expect(yield* failure(task)).toEqual(new RuntimeError("turned"));
    expect(task.cancelled()).toBe(false);
  });

  both("and ends by a CancelledError of its own is cancelled, with that reason", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        throw new CancelledError("mine");
      }),
    );
    expect(yield* failure(task)).toEqual(new CancelledError("mine"));
    expect([task.cancelled(), task.cancelling()]).toEqual([true, 0]);
  });
});

describe("cancelling and uncancel", () => {
  both("count what was asked for and not taken back", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        yield* on(pause(10));
      }),
    );
    expect([task.cancelling(), task.uncancel()]).toEqual([0, 0]);
    yield* on(turn());
    task.cancel();
    task.cancel();
    expect(task.cancelling()).toBe(2);
    expect([task.uncancel(), task.uncancel(), task.uncancel()]).toEqual([1, 0, 0]);
    expect(task.cancelling()).toBe(0);
    yield* failure(task);
  });

  both("uncancel to 0 drops a cancellation that has not arrived", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        const self = currentTask() as Task;
        self.cancel("never arrives");
        expect([self.cancelling(), self.uncancel()]).toEqual([1, 0]);
        yield* on(turn());
        return "went on";
      }),
    );
    expect(yield* on(task)).toBe("went on");
    expect(task.cancelled()).toBe(false);
  });

  both("uncancel to more than 0 does not", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        const self = currentTask() as Task;
        self.cancel("first");
        self.cancel("second");
        expect(self.uncancel()).toBe(1);
        yield* on(turn());
      }),
    );
    expect(yield* failure(task)).toEqual(new CancelledError("second"));
  });

  both("uncancel before the first step lets the body run", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        return "ran";
      }),
    );
    task.cancel();
    task.uncancel();
    expect(yield* on(task)).toBe("ran");
  });

  both("uncancel does not take back a CancelledError that is on its way", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        yield* on(pause(10));
      }),
    );
    yield* on(turn());
    task.cancel();
    task.uncancel();
    expect(yield* failure(task)).toBeInstanceOf(CancelledError);
  });

  both("let structured code tell its own cancellation from one from outside", function* ({ fn, loop }) {
    // The shape of what timeout() does.
    const limited = (seconds: number, body: () => PromiseLike<unknown>) =>
      fn(function* () {
        const self = currentTask() as Task;
        const before = self.cancelling();
        let struck = false;
        const timer = loop.callLater(seconds, () => {
          struck = self.cancel();
        });
        try {
          yield* on(body());
        } catch (error) {
          if (struck && self.uncancel() <= before) return "limit";
          throw error;
        } finally {
          timer.cancel();
        }
        return "in time";
      });
    const inTime = createTask(limited(2, () => pause(1)));
    const late = createTask(limited(2, () => pause(3)));
    const outside = createTask(limited(2, () => pause(3)));
    loop.callLater(1, () => outside.cancel("outside"));
    expect(yield* on(inTime)).toBe("in time");
    expect(yield* on(late)).toBe("limit");
    expect(yield* failure(outside)).toEqual(new CancelledError("outside"));
  });
});

describe("a task that awaits itself", () => {
  both("gets asyncio's error", function* ({ fn }) {
    let error: unknown;
    const task: Task<void> = createTask(
      fn(function* () {
        error = yield* failure(currentTask());
      }),
    );
    task.setName("narcissus");
    yield* on(task);
    expect(error).toBeInstanceOf(RuntimeError);
    expect((error as Error).message).toMatch(/^Task cannot await on itself: <Task pending name='narcissus'/);
  });
});

describe("many waiters", () => {
  both("a task can be awaited by many tasks, again and again", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        yield* on(pause(1));
        return { shared: true };
      }),
    );
    const waiters = Array.from({ length: 5 }, () =>
      createTask(
        fn(function* () {
          return yield* on(task);
        }),
      ),
    );
    const results: unknown[] = [];
    for (const waiter of waiters) results.push(yield* on(waiter));
    expect(results.every((result) => result === task.result())).toBe(true);
    expect(yield* on(task)).toBe(task.result());
  });

  both("one that is cancelled cancels the task for all, as asyncio does without shield", function* ({ fn }) {
    const task = createTask(pause(10));
    const [first, second] = [1, 2].map(() =>
      createTask(
        fn(function* () {
          yield* on(task);
        }),
      ),
    ) as [Task, Task];
    yield* on(turn());
    first.cancel("for all");
    expect(yield* failure(second)).toBeInstanceOf(CancelledError);
    expect(yield* failure(first)).toBeInstanceOf(CancelledError);
    expect(task.cancelled()).toBe(true);
  });
});

describe("a coroutine that is cancelled deep inside", () => {
  both("unwinds every coroutine on the way, the innermost first", function* ({ fn }) {
    const trace: string[] = [];
    const level = coroutine(function* (name: string, inner: () => Awaitable<unknown>) {
      try {
        yield* inner();
      } finally {
        yield* pause(1);
        trace.push(name);
      }
    });
    const task = createTask(
      fn(function* () {
        yield* on(level("a", () => level("b", () => level("c", () => pause(10)))));
      }),
    );
    yield* on(turn());
    task.cancel("down there");
    expect(yield* failure(task)).toEqual(new CancelledError("down there"));
    expect(trace).toEqual(["c", "b", "a"]);
  });
});
