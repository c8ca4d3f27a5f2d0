import { inspect } from "node:util";
import { CancelledError, RuntimeError } from "@tsyncio/contract";
import { Condition, Lock } from "@tsyncio/sync";
import { createTask, gather, type Task } from "@tsyncio/tasks";
import { failure, type LawTools, on, outcome } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { both, self, start, turn, turns } from "./support.ts";

/** Tasks that wait for `condition`; the trace says who was woken. */
function waiters(tools: LawTools, condition: Condition, count: number): { tasks: Task<unknown>[]; trace: number[] } {
  const trace: number[] = [];
  const tasks = Array.from({ length: count }, (_, i) =>
    start(tools, `waiter ${i}`, function* () {
      using _hold = yield* on(condition.hold());
      yield* on(condition.wait());
      trace.push(i);
    }),
  );
  return { tasks, trace };
}

describe("Condition", () => {
  both("notify wakes as many as it says, who have waited longest, and they hold the lock", function* (tools) {
    const condition = new Condition();
    const { tasks, trace } = waiters(tools, condition, 5);
    yield* turns(2);
    expect(inspect(condition)).toBe("<Condition [unlocked, waiters:5]>");
    yield* on(condition.acquire());
    condition.notify(2);
    yield* turns(2);
    expect(trace).toEqual([]);
    condition.release();
    yield* turns(6);
    expect(trace).toEqual([0, 1]);
    yield* on(condition.acquire());
    condition.notify();
    condition.release();
    yield* turns(3);
    expect(trace).toEqual([0, 1, 2]);
    yield* on(condition.acquire());
    condition.notifyAll();
    condition.release();
    yield* on(gather(tasks));
    expect(trace).toEqual([0, 1, 2, 3, 4]);
    expect(String(condition)).toBe("<Condition [unlocked]>");
  });

  both("waitFor gives what its predicate gives, and asks it after each notification", function* ({ fn }) {
    const condition = new Condition();
    let value = 0;
    let asked = 0;
    const task = createTask(
      fn(function* () {
        using _ = yield* on(condition.hold());
        return yield* on(
          condition.waitFor(() => {
            asked++;
            return value > 1 && `value ${value}`;
          }),
        );
      }),
    );
    yield* turns(2);
    for (value = 1; value < 3; value++) {
      yield* on(condition.acquire());
      condition.notify();
      condition.release();
      yield* turns(3);
    }
    expect(yield* on(task)).toBe("value 2");
    expect(asked).toBe(3);
    yield* on(condition.acquire());
    expect(yield* on(condition.waitFor(() => "at once"))).toBe("at once");
    condition.release();
  });

  both("a wait that is cancelled holds the lock again when it raises", function* ({ fn }) {
    const condition = new Condition();
    let held = false;
    const task = createTask(
      fn(function* () {
        yield* on(condition.acquire());
        try {
          yield* on(condition.wait());
        } finally {
          held = condition.locked();
          condition.release();
        }
      }),
    );
    yield* on(turn());
    task.cancel("enough");
    expect(yield* failure(task)).toEqual(new CancelledError("enough"));
    expect([held, condition.locked()]).toEqual([true, false]);
  });

  both("cancelled again while it re-acquires, it acquires all the same, and raises the last", function* ({ fn }) {
    const condition = new Condition();
    const task = createTask(
      fn(function* () {
        using _ = yield* on(condition.hold());
        yield* on(condition.wait());
      }),
    );
    yield* turns(2);
    yield* on(condition.acquire());
    task.cancel("first");
    yield* turns(2);
    task.cancel("second");
    yield* turns(2);
    expect(task.done()).toBe(false);
    condition.release();
    expect(yield* failure(task)).toEqual(new CancelledError("second"));
    expect(condition.locked()).toBe(false);
  });

  for (const order of ["the notification first", "the cancellation first"]) {
    both(`a notification and a cancellation in one turn, ${order}: the notification is not lost`, function* (tools) {
      const condition = new Condition();
      const { tasks, trace } = waiters(tools, condition, 2);
      yield* turns(2);
      yield* on(condition.acquire());
      const acts = [() => condition.notify(1), () => tasks[0]?.cancel()];
      if (order === "the cancellation first") acts.reverse();
      for (const act of acts) act();
      condition.release();
      const [first, second] = yield* on(gather(tasks, { returnExceptions: true }));
      expect([first, second]).toEqual([new CancelledError(), undefined]);
      expect(trace).toEqual([1]);
    });
  }

  both("raises asyncio's errors where the lock is not held, and keeps the lock as it is", function* () {
    const condition = new Condition();
    expect(yield* failure(condition.wait())).toEqual(new RuntimeError("cannot wait on un-acquired lock"));
    expect(outcome(() => condition.notify())).toEqual(new RuntimeError("cannot notify on un-acquired lock"));
    expect(outcome(() => condition.notifyAll())).toBeInstanceOf(RuntimeError);
    expect(outcome(() => condition.release())).toEqual(new RuntimeError("Lock is not acquired."));
    expect(condition.locked()).toBe(false);
    expect(self().cancelling()).toBe(0);
  });

  both("shares a lock that it is given", function* () {
    const lock = new Lock();
    const conditions = [new Condition(lock), new Condition(lock)];
    yield* on(conditions[0]!.acquire());
    expect([lock.locked(), conditions[1]!.locked()]).toEqual([true, true]);
    conditions[1]!.release();
    expect(lock.locked()).toBe(false);
  });

  it("refuses at the call what is no lock, no predicate, no number", () => {
    for (const lock of [null, {}, "lock", 1]) {
      expect(outcome(() => new Condition(lock as never))).toBeInstanceOf(TypeError);
    }
    const condition = new Condition();
    expect(String(outcome(() => condition.waitFor(true as never)))).toContain("predicate must be a function, got true");
    expect(String(outcome(() => condition.notify("1" as never)))).toContain('n must be a number, got "1"');
  });
});
