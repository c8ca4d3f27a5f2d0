import { inspect } from "node:util";
import { RuntimeError } from "@tsyncio/contract";
import { fromPromise } from "@tsyncio/futures";
import { Lock } from "@tsyncio/sync";
import { createTask } from "@tsyncio/tasks";
import { collectGarbage, on, outcome, type Script } from "@tsyncio/test-support";
import { describe, expect } from "vitest";
import { both, turn } from "./support.ts";

describe("Lock", () => {
  both("says at the call that it is not held", function* () {
    const lock = new Lock();
    expect(outcome(() => lock.release())).toEqual(new RuntimeError("Lock is not acquired."));
    yield* on(lock.acquire());
    lock.release();
    expect(outcome(() => lock.release())).toEqual(new RuntimeError("Lock is not acquired."));
  });

  both("belongs to nobody: another task may release it", function* ({ fn }) {
    const lock = new Lock();
    yield* on(lock.acquire());
    yield* on(
      createTask(
        fn(function* () {
          lock.release();
        }),
      ),
    );
    expect(lock.locked()).toBe(false);
  });

  // What is free is taken at the call: the error came, and the lock was held for ever.
  both("is given back when its acquire() can't become a task", function* () {
    const lock = new Lock();
    for (const options of [{ name: 5 }, { abandonAfter: "soon" }, { signal: "stop" }] as never[]) {
      expect(outcome(() => createTask(lock.acquire(), options))).toBeInstanceOf(Error);
      expect(lock.locked()).toBe(false);
    }
    yield* on(lock.acquire());
    lock.release();
  });

  both("to acquire and release it while it is free keeps no memory", function* () {
    const lock = new Lock();
    const round = function* (): Script<void> {
      for (let i = 0; i < 20_000; i++) {
        yield* on(lock.acquire());
        lock.release();
      }
    };
    yield* round();
    yield* on(fromPromise(collectGarbage()));
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 3; i++) yield* round();
    yield* on(fromPromise(collectGarbage()));
    expect((process.memoryUsage().heapUsed - before) / 60_000).toBeLessThan(2);
  });

  both("shows its state and how many wait, as asyncio does", function* () {
    const lock = new Lock();
    expect(String(lock)).toBe("<Lock [unlocked]>");
    yield* on(lock.acquire());
    expect(String(lock)).toBe("<Lock [locked]>");
    const tasks = [createTask(lock.acquire()), createTask(lock.acquire())];
    yield* on(turn());
    expect(inspect(lock)).toBe("<Lock [locked, waiters:2]>");
    expect(tasks[0]?.describeWait()).toBe("<Lock [locked, waiters:2]>");
    lock.release();
    // Who was woken has not run yet.
    expect(String(lock)).toBe("<Lock [unlocked, waiters:2]>");
    yield* on(turn());
    expect(String(lock)).toBe("<Lock [locked, waiters:1]>");
    lock.release();
    yield* on(turn());
    lock.release();
  });
});
