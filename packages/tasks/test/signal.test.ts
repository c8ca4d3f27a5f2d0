import { getEventListeners, once } from "node:events";
import { setTimeout as sleepNatively } from "node:timers/promises";
import { CancelledError } from "@tsyncio/contract";
import { Future, fromPromise } from "@tsyncio/futures";
import { createTask, currentSignal, currentTask, type Task, taskGroup } from "@tsyncio/tasks";
import { failure, on } from "@tsyncio/test-support";
import { describe, expect } from "vitest";
import { both, pause, turn, turns } from "./support.ts";

describe("task.signal", () => {
  both("is aborted with the CancelledError when the task is cancelled", function* ({ fn }) {
    let signal: AbortSignal | undefined;
    const task = createTask(
      fn(function* () {
        signal = (currentTask() as Task).signal;
        expect([signal.aborted, currentSignal() === signal]).toEqual([false, true]);
        yield* on(pause(10));
      }),
    );
    yield* on(turn());
    task.cancel("why");
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toEqual(new CancelledError("why"));
    yield* failure(task);
    expect(task.signal === signal).toBe(true);
  });

  both("asked for while the task is being cancelled is aborted already", function* ({ fn }) {
    let signal: AbortSignal | undefined;
    const task = createTask(
      fn(function* () {
        yield* failure(pause(10));
        signal = currentSignal() as AbortSignal;
      }),
    );
    yield* on(turn());
    task.cancel();
    yield* on(task);
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toBeInstanceOf(CancelledError);
  });

  both("is fresh again after uncancel to 0, so that a retry works", function* ({ fn }) {
    const seen: boolean[] = [];
    const task = createTask(
      fn(function* () {
        const self = currentTask() as Task;
        const first = self.signal;
        yield* failure(pause(10));
        seen.push(first.aborted, self.signal === first);
        self.uncancel();
        seen.push(self.signal === first, self.signal.aborted);
        yield* failure(pause(10));
        seen.push(self.signal.aborted);
      }),
    );
    yield* on(turn());
    task.cancel();
    yield* on(turns(3));
    task.cancel();
    yield* on(task);
    expect(seen).toEqual([true, true, false, false, true]);
  });

  both("is not aborted by the end of the task", function* ({ fn }) {
    let signal: AbortSignal | undefined;
    yield* on(
      createTask(
        fn(function* () {
          signal = currentSignal() as AbortSignal;
        }),
      ),
    );
    expect(signal?.aborted).toBe(false);
  });

  both("in a group is the group's own, aborted by the task's cancellation too", function* ({ fn }) {
    const signals: AbortSignal[] = [];
    const task = createTask(
      fn(function* () {
        signals.push(currentSignal() as AbortSignal);
        yield* on(
          taskGroup(
            fn(function* (tg) {
              signals.push(currentSignal() as AbortSignal, tg.signal);
              yield* on(pause(10));
            }),
          ),
        );
      }),
    );
    yield* on(turns(2));
    expect([signals[0] === signals[1], signals[1] === signals[2]]).toEqual([false, true]);
    task.cancel();
    yield* failure(task);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
  });
});

describe("the signal option", () => {
  both("cancels the task with the signal's reason", function* ({ fn }) {
    const controller = new AbortController();
    const task = createTask(
      fn(function* () {
        yield* on(pause(10));
      }),
      { signal: controller.signal },
    );
    yield* on(turn());
    controller.abort("the user left");
    expect(yield* failure(task)).toEqual(new CancelledError("the user left"));
  });

  both("that is aborted already keeps the body from running", function* ({ fn }) {
    let ran = false;
    const task = createTask(
      fn(function* () {
        ran = true;
      }),
      { signal: AbortSignal.abort("before") },
    );
    expect(yield* failure(task)).toEqual(new CancelledError("before"));
    expect(ran).toBe(false);
  });

  both("costs one listener, however many tasks hang on the signal, and none after their end", function* ({ fn }) {
    const { signal } = new AbortController();
    const listeners = () => getEventListeners(signal, "abort").length;
    const tasks = Array.from({ length: 1000 }, () =>
      createTask(
        fn(function* () {
          yield* on(turn());
        }),
        { signal },
      ),
    );
    expect(listeners()).toBe(1);
    yield* on(
      taskGroup(
        fn(function* () {
          expect(listeners()).toBe(1);
        }),
        { signal },
      ),
    );
    for (const task of tasks) yield* on(task);
    yield* on(turns(2));
    expect(listeners()).toBe(0);
  });

  both("aborts all that hang on it, in the order they came, and no one who has ended", function* ({ fn }) {
    const controller = new AbortController();
    const trace: string[] = [];
    const { signal } = controller;
    const make = (name: string, seconds: number) =>
      createTask(
        fn(function* () {
          try {
            yield* on(pause(seconds));
          } catch (error) {
            trace.push(name);
            throw error;
          }
        }),
        { signal },
      );
    const [quick, a, b] = [make("quick", 1), make("a", 10), make("b", 10)];
    yield* on(pause(2));
    controller.abort();
    yield* failure(a);
    yield* failure(b);
    expect(trace).toEqual(["a", "b"]);
    expect(quick.cancelled()).toBe(false);
  });
});

describe("host functions that tell of a cancellation in their own way", () => {
  const cases: [string, (signal: AbortSignal) => Promise<unknown>][] = [
    [
      "an AbortError with the reason as its cause (timers/promises)",
      (signal) => sleepNatively(60_000, null, { signal }),
    ],
    [
      "an AbortError with the reason as its cause (events.once)",
      (signal) => once(new EventTarget(), "never", { signal }),
    ],
    [
      "the reason itself (fetch)",
      (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    ],
    [
      "an AbortError without a cause",
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(new DOMException("gone", "AbortError")));
        }),
    ],
    [
      "an error that wraps it twice",
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            const inner = new Error("inner", { cause: signal.reason });
            reject(new Error("outer", { cause: inner }));
          });
        }),
    ],
  ];
  for (const [name, start] of cases) {
    both(`${name}: the task counts as cancelled`, function* ({ kind }) {
      const task =
        kind === "async"
          ? createTask(async () => {
              await start(currentSignal() as AbortSignal);
            })
          : createTask(function* () {
              yield* fromPromise((signal) => start(signal));
            });
      yield* on(turns(3));
      task.cancel("enough");
      expect(yield* failure(task)).toEqual(new CancelledError("enough"));
      expect(task.cancelled()).toBe(true);
    });
  }

  both("another error stays one, and so does an AbortError that nobody asked for", function* ({ fn }) {
    const abortError = () => new DOMException("by itself", "AbortError");
    const task = createTask(async () => {
      throw abortError();
    });
    expect(yield* failure(task)).toEqual(abortError());
    expect(task.cancelled()).toBe(false);

    const stubborn = createTask(async () => {
      await new Promise((resolve) => currentSignal()?.addEventListener("abort", resolve));
      throw new Error("another");
    });
    yield* on(turns(3));
    stubborn.cancel();
    expect(yield* failure(stubborn)).toEqual(new Error("another"));
    expect(stubborn.cancelled()).toBe(false);
    yield* on(fn(function* () {})());
  });

  both("an async function stuck on a promise is waited for, and counts as cancelled at its end", function* () {
    const future = new Future<void>();
    const trace: string[] = [];
    let release = () => {};
    const task = createTask(async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      trace.push("went on");
      await future;
    });
    yield* on(turns(3));
    task.cancel("late");
    yield* on(turns(3));
    expect(task.done()).toBe(false);
    release();
    expect(yield* failure(task)).toEqual(new CancelledError("late"));
    expect(trace).toEqual(["went on"]);
    expect(future.cancelled()).toBe(true);
  });
});
