import { CancelledError, ValueError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { ALL_COMPLETED, coroutine, createTask, FIRST_COMPLETED, FIRST_EXCEPTION, Task, wait } from "@tsyncio/tasks";
import { failure, on, outcome } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { both, pause, turn, turns } from "./support.ts";

const fail = coroutine(function* (seconds: number, error: Error) {
  yield* pause(seconds);
  throw error;
});

/** Who of `all` is in `set`, by number, in the order of the set. */
const which = (all: readonly unknown[], set: ReadonlySet<unknown>) => [...set].map((each) => all.indexOf(each));

describe("wait", () => {
  both("gives all as done when all are", function* ({ loop }) {
    const [a, b] = [createTask(pause(2, "a")), createTask(pause(1, "b"))];
    const [done, pending] = yield* on(wait([a, b]));
    expect([which([a, b], done), pending.size]).toEqual([[0, 1], 0]);
    expect([...done].map((task) => task.result())).toEqual(["a", "b"]);
    expect(loop.time()).toBe(2);
  });

  both("keeps errors and cancellations in their tasks", function* () {
    const bad = createTask(fail(1, new Error("bad")));
    const cancelled = createTask(pause(5));
    cancelled.cancel();
    const [done] = yield* on(wait(new Set([bad, cancelled]), { returnWhen: ALL_COMPLETED }));
    expect(which([bad, cancelled], done)).toEqual([0, 1]);
    expect(bad.exception()).toEqual(new Error("bad"));
    expect(cancelled.cancelled()).toBe(true);
  });

  both("with FIRST_COMPLETED returns at the first, and cancels nothing", function* ({ loop }) {
    const [slow, quick] = [createTask(pause(10, "slow")), createTask(pause(1, "quick"))];
    const [done, pending] = yield* on(wait([slow, quick], { returnWhen: FIRST_COMPLETED }));
    expect([which([quick, slow], done), which([quick, slow], pending)]).toEqual([[0], [1]]);
    expect(loop.time()).toBe(1);
    expect(yield* on(slow)).toBe("slow");
  });

  both("with FIRST_COMPLETED gives all that are done by its next step", function* () {
    const [a, b, c] = [1, 1, 5].map((seconds) => createTask(pause(seconds))) as [Task, Task, Task];
    const [done, pending] = yield* on(wait([a, b, c], { returnWhen: FIRST_COMPLETED }));
    expect([which([a, b, c], done), which([a, b, c], pending)]).toEqual([[0, 1], [2]]);
    c.cancel();
    yield* failure(c);
  });

  both("with FIRST_EXCEPTION returns at the first error", function* ({ loop }) {
    const good = createTask(pause(1));
    const bad = createTask(fail(2, new Error("bad")));
    const slow = createTask(pause(3));
    const [done, pending] = yield* on(wait([good, bad, slow], { returnWhen: FIRST_EXCEPTION }));
    const all = [good, bad, slow];
    expect([which(all, done), which(all, pending)]).toEqual([[0, 1], [2]]);
    expect(loop.time()).toBe(2);
    yield* on(slow);
  });

  both("with FIRST_EXCEPTION waits for all when none fails; a cancellation is no error", function* ({ loop }) {
    const cancelled = createTask(pause(5));
    const good = createTask(pause(2));
    loop.callLater(1, () => cancelled.cancel());
    const [done, pending] = yield* on(wait([cancelled, good], { returnWhen: FIRST_EXCEPTION }));
    expect([done.size, pending.size]).toEqual([2, 0]);
    expect(loop.time()).toBe(2);
  });

  both("given what is done already returns after one turn, without a timer", function* ({ loop }) {
    const future = new Future<number>();
    future.setResult(1);
    const [done] = yield* on(wait([future], { timeout: 10 }));
    expect(done.has(future)).toBe(true);
    expect(loop.time()).toBe(0);
  });

  both("with a timeout gives what is done by then, cancels nothing and throws nothing", function* ({ loop }) {
    const [quick, slow] = [createTask(pause(1)), createTask(pause(3))];
    const [done, pending] = yield* on(wait([quick, slow], { timeout: "2s" }));
    expect([which([quick, slow], done), which([quick, slow], pending)]).toEqual([[0], [1]]);
    expect(loop.time()).toBe(2);
    yield* on(slow);
    expect(loop.time()).toBe(3);
  });

  both("with a timeout that is not reached leaves no timer", function* () {
    const [done] = yield* on(wait([createTask(pause(1))], { timeout: 1000 }));
    expect(done.size).toBe(1);
  });

  both("with a timeout of 0 looks once", function* ({ loop }) {
    const done = new Future<number>();
    done.setResult(1);
    const waiting = new Future<number>();
    const [ready, pending] = yield* on(wait([done, waiting], { timeout: 0 }));
    expect([which([done, waiting], ready), which([done, waiting], pending)]).toEqual([[0], [1]]);
    expect(loop.time()).toBe(0);
    waiting.cancel();
  });

  both("gives one that is listed twice once", function* () {
    const task = createTask(pause(1, "once"));
    const made = pause(1, "coroutine");
    const [done] = yield* on(wait([task, made, task, made]));
    expect([...done].map((each) => each.result())).toEqual(["once", "coroutine"]);
  });

  both("makes tasks of coroutines and functions, futures of promises", function* ({ fn }) {
    const [done] = yield* on(
      wait([
        pause(1, 1),
        fn(function* () {
          return 2;
        }),
        Promise.resolve(3),
      ]),
    );
    expect([...done].map((each) => [each.result(), each instanceof Task])).toEqual([
      [1, true],
      [2, true],
      [3, false],
    ]);
  });

  both("reads any iterable", function* () {
    const made = function* () {
      yield createTask(pause(1, "x"));
      yield createTask(pause(2, "y"));
    };
    const [done] = yield* on(wait(made()));
    expect([...done].map((task) => task.result())).toEqual(["x", "y"]);
  });

  both("that is cancelled leaves alone what it waited for", function* ({ fn }) {
    const task = createTask(pause(2, "alive"));
    const waiter = createTask(
      fn(function* () {
        yield* on(wait([task], { timeout: 100 }));
      }),
    );
    yield* on(turns(2));
    waiter.cancel("only the wait");
    expect(yield* failure(waiter)).toEqual(new CancelledError("only the wait"));
    expect(yield* on(task)).toBe("alive");
  });

  both("lets many wait for the same tasks", function* ({ fn }) {
    const task = createTask(pause(1, "shared"));
    const waiters = [1, 2].map(() =>
      createTask(
        fn(function* () {
          const [done] = yield* on(wait([task]));
          return [...done][0]?.result();
        }),
      ),
    ) as [Task<string>, Task<string>];
    expect(yield* on(waiters[0])).toBe("shared");
    expect(yield* on(waiters[1])).toBe("shared");
  });

  both("refuses an empty list, an unknown mode and a bad timeout", function* () {
    expect(yield* failure(wait([]))).toEqual(new ValueError("Set of Tasks/Futures is empty."));
    const future = new Future<void>();
    expect(yield* failure(wait([future], { returnWhen: "LATER" as never }))).toEqual(
      new ValueError("Invalid return_when value: LATER"),
    );
    expect(yield* failure(wait([future], { timeout: "soon" as never }))).toBeInstanceOf(ValueError);
    future.cancel();
    yield* on(turn());
  });

  it("refuses at the call what is no list", () => {
    expect(outcome(() => wait(pause(1) as never))).toEqual(
      new TypeError("wait() takes a list of futures, got <Coroutine pause>"),
    );
    expect(outcome(() => wait(null as never))).toEqual(new TypeError("wait() takes a list of futures, got null"));
  });
});
