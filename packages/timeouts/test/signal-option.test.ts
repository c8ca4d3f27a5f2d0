import { getEventListeners } from "node:events";
import { CancelledError, TimeoutError } from "@tsyncio/contract";
import { createTask } from "@tsyncio/tasks";
import { failure, on, outcome } from "@tsyncio/test-support";
import { sleep, Timeout, timeout, timeoutAt, waitFor } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";
import { both } from "./support.ts";

describe("the signal option of a timeout", () => {
  both("that is aborted already strikes at the first wait of the body", function* ({ fn }) {
    const trace: string[] = [];
    const body = fn(function* () {
      trace.push("began");
      yield* on(sleep(1));
      trace.push("went on");
    });
    const task = createTask(() => timeout(10, body, { signal: AbortSignal.abort("before") }));
    expect(yield* failure(task)).toEqual(new CancelledError("before"));
    expect(trace).toEqual(["began"]);
  });

  both("leaves no listener behind: after a result, a timeout, an abortion", function* () {
    const controller = new AbortController();
    const { signal } = controller;
    const counts: number[] = [];
    const count = () => counts.push(getEventListeners(signal, "abort").length);
    const counting = (seconds: number) => () => {
      count();
      return sleep(seconds);
    };
    yield* on(timeout(10, counting(1), { signal }));
    count();
    yield* failure(timeout(1, counting(10), { signal }));
    count();
    const task = createTask(() => waitFor(sleep(10), 5, { signal }));
    yield* on(sleep(1));
    controller.abort();
    yield* failure(task);
    count();
    expect(counts).toEqual([1, 0, 1, 0, 0]);
  });

  it("that is none is refused at the call", () => {
    const options = { signal: "no" as never };
    const error = new TypeError('signal must be an AbortSignal, got "no"');
    expect(outcome(() => new Timeout(1, options))).toEqual(error);
    expect(outcome(() => timeout(1, () => sleep(1), options))).toEqual(error);
    expect(outcome(() => timeoutAt(1, () => sleep(1), options))).toEqual(error);
  });

  both("that is none once left a scope open, in which later timeouts went wrong", function* () {
    expect(yield* failure(waitFor(sleep(1), 10, { signal: 5 as never }))).toBeInstanceOf(TypeError);
    expect(yield* failure(timeout(1, () => sleep(10)))).toEqual(new TimeoutError());
    expect(yield* on(timeout(20, () => sleep(15, "in time")))).toBe("in time");
  });
});
