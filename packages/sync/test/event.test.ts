import { inspect } from "node:util";
import { CancelledError } from "@tsyncio/contract";
import { Event } from "@tsyncio/sync";
import { createTask, gather } from "@tsyncio/tasks";
import { failure, on } from "@tsyncio/test-support";
import { describe, expect } from "vitest";
import { both, turn } from "./support.ts";

describe("Event", () => {
  both("wakes all who wait, in the order they came", function* () {
    const event = new Event();
    const trace: number[] = [];
    const tasks = [0, 1, 2].map((i) => {
      const task = createTask(event.wait());
      task.addDoneCallback(() => trace.push(i));
      return task;
    });
    yield* on(turn());
    event.set();
    event.set();
    expect(yield* on(gather(tasks))).toEqual([true, true, true]);
    yield* on(turn());
    expect(trace).toEqual([0, 1, 2]);
  });

  both("that is set is not waited for: no turn is taken", function* ({ loop }) {
    const event = new Event();
    event.set();
    let turned = false;
    loop.callSoon(() => {
      turned = true;
    });
    expect(yield* on(event.wait())).toBe(true);
    expect(turned).toBe(false);
    yield* on(turn());
  });

  both("who was woken goes on also when it is cleared before that", function* () {
    const event = new Event();
    const woken = createTask(event.wait());
    yield* on(turn());
    event.set();
    event.clear();
    const late = createTask(event.wait());
    expect(yield* on(woken)).toBe(true);
    expect([event.isSet(), late.done()]).toEqual([false, false]);
    event.set();
    yield* on(late);
  });

  both("a wait that is cancelled is out of the line", function* () {
    const event = new Event();
    const task = createTask(event.wait());
    yield* on(turn());
    expect(inspect(event)).toBe("<Event [unset, waiters:1]>");
    task.cancel();
    expect(yield* failure(task)).toBeInstanceOf(CancelledError);
    expect(String(event)).toBe("<Event [unset]>");
    event.set();
    expect(String(event)).toBe("<Event [set]>");
  });
});
