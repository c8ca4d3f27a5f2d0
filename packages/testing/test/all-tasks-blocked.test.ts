import { CancelledError, getRunningLoop } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { newEventLoop } from "@tsyncio/loop";
import { createTask } from "@tsyncio/tasks";
import { failure, on, type Script } from "@tsyncio/test-support";
import { allTasksBlocked } from "@tsyncio/testing";
import { sleep, timeout } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";
import { both } from "./support.ts";

describe("allTasksBlocked", () => {
  both("waits until every other task waits, and the clock stands still", function* ({ fn }) {
    const seen: string[] = [];
    const gate = new Future<void>();
    const worker = fn(function* (): Script<void> {
      for (let i = 0; i < 10; i++) yield* on(sleep(0));
      seen.push("waits for the gate");
      yield* on(gate);
      seen.push("through the gate");
      yield* on(sleep(1));
      seen.push("slept");
    });
    const task = createTask(worker);
    yield* on(allTasksBlocked());
    expect(seen).toEqual(["waits for the gate"]);
    gate.setResult();
    yield* on(allTasksBlocked());
    expect(seen).toEqual(["waits for the gate", "through the gate"]);
    expect(getRunningLoop().time()).toBe(0);
    yield* on(task);
  });

  both("lets native code run dry first", function* () {
    let hops = 0;
    const hop = async () => {
      for (; hops < 30; hops++) await null;
    };
    hop();
    yield* on(allTasksBlocked());
    expect(hops).toBe(30);
  });

  both("tells all who wait for it at once", function* ({ fn }) {
    const seen: number[] = [];
    const tasks = [1, 2, 3].map((i) =>
      createTask(
        fn(function* (): Script<void> {
          yield* on(allTasksBlocked());
          seen.push(i);
        }),
      ),
    );
    yield* on(allTasksBlocked());
    for (const task of tasks) yield* on(task);
    expect(seen).toEqual([1, 2, 3]);
  });

  both("can be cancelled, and is not told then", function* ({ fn }) {
    const task = createTask(
      fn(function* (): Script<void> {
        yield* on(allTasksBlocked());
      }),
    );
    yield* on(sleep(0));
    task.cancel();
    expect(yield* failure(task)).toBeInstanceOf(CancelledError);
    yield* on(timeout(1, () => allTasksBlocked()));
  });

  it("needs a virtual clock", async () => {
    using loop = newEventLoop();
    await expect(loop.runUntilComplete(async () => allTasksBlocked())).rejects.toThrow(
      "allTasksBlocked() needs a virtual clock: use it inside of runVirtual()",
    );
  });
});
