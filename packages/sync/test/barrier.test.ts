import { inspect } from "node:util";
import { BrokenBarrierError, CancelledError, ValueError } from "@tsyncio/contract";
import { Barrier } from "@tsyncio/sync";
import { createTask, gather, type Task } from "@tsyncio/tasks";
import { failure, on, outcome } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";
import { both, start, turns } from "./support.ts";

const waiting = (barrier: Barrier, count: number): Task<number>[] =>
  Array.from({ length: count }, () => createTask(barrier.wait()));

describe("Barrier", () => {
  both("lets all go when the last one comes; each gets its index", function* ({ loop }) {
    const barrier = new Barrier(3);
    const tasks = waiting(barrier, 2);
    yield* on(sleep(5));
    expect([barrier.parties, barrier.nWaiting, barrier.broken]).toEqual([3, 2, false]);
    expect(inspect(barrier)).toBe("<Barrier [filling, waiters:2/3]>");
    expect(yield* on(barrier.wait())).toBe(2);
    expect(yield* on(gather(tasks))).toEqual([0, 1]);
    expect([barrier.nWaiting, loop.time()]).toEqual([0, 5]);
  });

  both("can be used again, and who comes while the others leave waits for the next round", function* () {
    const barrier = new Barrier(2);
    const tasks = waiting(barrier, 6);
    expect((yield* on(gather(tasks))).toSorted()).toEqual([0, 0, 0, 1, 1, 1]);
    expect(String(barrier)).toBe("<Barrier [filling, waiters:0/2]>");
  });

  both("of one party waits for nobody", function* () {
    const barrier = new Barrier(1);
    expect([yield* on(barrier.wait()), yield* on(barrier.wait())]).toEqual([0, 0]);
  });

  both("who is cancelled is out, and the others go on waiting", function* () {
    const barrier = new Barrier(3);
    const tasks = waiting(barrier, 2);
    yield* turns(2);
    tasks[0]!.cancel();
    expect(yield* failure(tasks[0])).toBeInstanceOf(CancelledError);
    expect(barrier.nWaiting).toBe(1);
    const more = waiting(barrier, 2);
    yield* on(gather([tasks[1]!, ...more]));
    expect(barrier.nWaiting).toBe(0);
  });

  both("reset() throws out those who wait, and it fills anew", function* () {
    const barrier = new Barrier(3);
    const tasks = waiting(barrier, 2);
    yield* turns(2);
    yield* on(barrier.reset());
    for (const task of tasks) {
      const error = yield* failure(task);
      expect(error).toBeInstanceOf(BrokenBarrierError);
      expect(error).toEqual(new BrokenBarrierError("Abort or reset of barrier"));
    }
    expect([barrier.broken, barrier.nWaiting]).toEqual([false, 0]);
    yield* on(gather(waiting(barrier, 3)));
  });

  both("abort() breaks it for all, until it is reset", function* () {
    const barrier = new Barrier(3);
    const tasks = waiting(barrier, 2);
    yield* turns(2);
    yield* on(barrier.abort());
    for (const task of tasks) {
      expect(yield* failure(task)).toEqual(new BrokenBarrierError("Abort or reset of barrier"));
    }
    expect(yield* failure(barrier.wait())).toEqual(new BrokenBarrierError("Barrier aborted"));
    expect([barrier.broken, String(barrier)]).toEqual([true, "<Barrier [broken]>"]);
    yield* on(barrier.reset());
    expect(barrier.broken).toBe(false);
    yield* on(gather(waiting(barrier, 3)));
  });

  both("hold() gives the index, and with() gives it to its body", function* (tools) {
    const barrier = new Barrier(2);
    const { fn } = tools;
    const held = start(tools, "held", function* () {
      using pass = yield* on(barrier.hold());
      return pass.index;
    });
    const body = fn(function* (index: number) {
      return `index ${index}`;
    });
    expect(yield* on(gather(held, barrier.with(body)))).toEqual([0, "index 1"]);
    expect(outcome(() => barrier.with(3 as never))).toBeInstanceOf(TypeError);
    expect(barrier.nWaiting).toBe(0);
  });

  it("refuses numbers of parties that are none", () => {
    for (const parties of [0, -1]) {
      expect(outcome(() => new Barrier(parties))).toEqual(new ValueError("parties must be > 0"));
    }
    for (const parties of [1.5, "2", null, undefined]) {
      expect(outcome(() => new Barrier(parties as never))).toBeInstanceOf(TypeError);
    }
  });
});
