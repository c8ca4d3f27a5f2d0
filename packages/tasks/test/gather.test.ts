import { CancelledError } from "@tsyncio/contract";
import { createTask, gather } from "@tsyncio/tasks";
import { failure, on } from "@tsyncio/test-support";
import { describe, expect } from "vitest";
import { both, pause } from "./support.ts";

describe("gather", () => {
  both("gives the results in the order of the arguments", function* ({ fn, loop }) {
    const after = (seconds: number) =>
      fn(function* () {
        yield* on(pause(seconds));
        return seconds;
      });
    expect(yield* on(gather(after(2), after(1)))).toEqual([2, 1]);
    expect(loop.time()).toBe(2);
  });

  both("x", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        yield* on(pause(1));
      }),
    );
    yield* on(pause(0.5));
    task.cancel("enough");
    expect(yield* failure(task)).toEqual(new CancelledError("enough"));
  });
});
