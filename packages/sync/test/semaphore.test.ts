import { inspect } from "node:util";
import { CancelledError, ValueError } from "@tsyncio/contract";
import { BoundedSemaphore, Semaphore } from "@tsyncio/sync";
import { createTask, gather } from "@tsyncio/tasks";
import { failure, on, outcome } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";
import { both, start, turn, turns } from "./support.ts";

describe("Semaphore", () => {
  both("lets in so many at a time, in the order they came", function* (tools) {
    const semaphore = new Semaphore(3);
    const trace: number[] = [];
    let inside = 0;
    const workers = Array.from({ length: 10 }, (_, i) =>
      start(tools, `worker ${i}`, function* () {
        using _hold = yield* on(semaphore.hold());
        trace.push(i);
        expect(++inside).toBeLessThanOrEqual(3);
        yield* on(sleep(1 + (i % 3)));
        inside--;
      }),
    );
    yield* on(gather(workers));
    expect(trace).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(String(semaphore)).toBe("<Semaphore [unlocked, value:3]>");
  });

  both("a newcomer waits behind those who wait, also where there are permits for all", function* (tools) {
    const semaphore = new Semaphore(0);
    const trace: string[] = [];
    const enter = (name: string) =>
      start(tools, name, function* () {
        yield* on(semaphore.acquire());
        trace.push(name);
      });
    const tasks = [enter("first"), enter("second")];
    yield* on(turn());
    for (let i = 0; i < 3; i++) semaphore.release();
    expect(semaphore.locked()).toBe(true);
    yield* on(semaphore.acquire());
    trace.push("newcomer");
    yield* on(gather(tasks));
    expect(trace).toEqual(["first", "second", "newcomer"]);
  });

  both("a permit that was on its way to who is cancelled goes to the next", function* () {
    const semaphore = new Semaphore(0);
    const first = createTask(semaphore.acquire());
    const second = createTask(semaphore.acquire());
    yield* on(turn());
    semaphore.release();
    first.cancel();
    expect(yield* failure(first)).toBeInstanceOf(CancelledError);
    expect(yield* on(second)).toBe(true);
    expect(String(semaphore)).toBe("<Semaphore [locked]>");
  });

  both("many permits wake as many, who wake those that came in between", function* () {
    const semaphore = new Semaphore(0);
    const tasks = Array.from({ length: 2 }, () => createTask(semaphore.acquire()));
    yield* on(turn());
    semaphore.release();
    semaphore.release();
    semaphore.release();
    tasks.push(createTask(semaphore.acquire()));
    yield* turns(3);
    expect(tasks.map((task) => task.done())).toEqual([true, true, true]);
  });

  both("may be released more often than it was acquired, a bounded one may not", function* () {
    const semaphore = new Semaphore(1);
    semaphore.release();
    expect(String(semaphore)).toBe("<Semaphore [unlocked, value:2]>");
    const bounded = new BoundedSemaphore(2);
    expect(outcome(() => bounded.release())).toEqual(new ValueError("BoundedSemaphore released too many times"));
    yield* on(bounded.acquire());
    bounded.release();
    expect(outcome(() => bounded.release())).toBeInstanceOf(ValueError);
    expect(bounded.locked()).toBe(false);
  });

  both("shows its state as asyncio does", function* () {
    const semaphore = new BoundedSemaphore(1);
    expect(String(semaphore)).toBe("<BoundedSemaphore [unlocked, value:1]>");
    yield* on(semaphore.acquire());
    const task = createTask(semaphore.acquire());
    yield* on(turn());
    expect(inspect(semaphore)).toBe("<BoundedSemaphore [locked, waiters:1]>");
    semaphore.release();
    yield* on(task);
  });

  it("refuses values that are none", () => {
    expect(outcome(() => new Semaphore(-1))).toEqual(new ValueError("Semaphore initial value must be >= 0"));
    expect(outcome(() => new BoundedSemaphore(-2))).toBeInstanceOf(ValueError);
    for (const value of [1.5, Number.NaN, "2", null, {}]) {
      const error = outcome(() => new Semaphore(value as never));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain("value must be a whole number");
    }
    expect(new Semaphore(Number.POSITIVE_INFINITY).locked()).toBe(false);
  });
});
