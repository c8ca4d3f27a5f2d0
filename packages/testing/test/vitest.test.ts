import { getRunningLoop } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { virtual } from "@tsyncio/testing/vitest";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, type TestContext, test } from "vitest";

describe("virtual, for vitest", () => {
  test(
    "runs an async function on a virtual clock",
    virtual(async ({ task }) => {
      await sleep("1h");
      expect(getRunningLoop().time()).toBe(3600);
      expect(task.name).toBe("runs an async function on a virtual clock");
    }),
  );

  test(
    "runs a generator function",
    virtual(function* () {
      yield* sleep("1h");
      expect(getRunningLoop().time()).toBe(3600);
    }),
  );

  const extended = test.extend<{ answer: number }>({ answer: 42 });
  extended(
    "gets the fixtures it asks for",
    virtual<TestContext & { answer: number }>(async ({ answer }) => {
      expect(answer).toBe(42);
    }),
  );

  test.for([1, 2])("works with tables (%i)", (hours, context) =>
    virtual(async () => {
      await sleep(`${hours}h`);
      expect(getRunningLoop().time()).toBe(hours * 3600);
    })(context),
  );

  // What follows calls what the framework would call, to look at how it fails.
  const context = (timeout: number) => ({ signal: new AbortController().signal, task: { timeout } }) as TestContext;

  test("fails shortly before the timeout of a test that hangs, with a report", async () => {
    const spin = virtual(async () => {
      for (;;) await sleep("1s");
    });
    await expect(spin(context(100))).rejects.toThrow(
      /still running after 0\.09 s .*\n {2}Task-\d+ \(test\) waits for <sleep/,
    );
  });

  test("tells a deadlock", async () => {
    const stuck = virtual(async () => {
      await new Future();
    });
    await expect(stuck(context(5000))).rejects.toThrow("nothing can wake the program any more");
  });

  test("is cancelled when vitest ends the test", async () => {
    const controller = new AbortController();
    let ended = false;
    const stopped = virtual(async () => {
      controller.abort();
      try {
        await sleep("1h");
      } finally {
        ended = true;
      }
    });
    const context = { signal: controller.signal, task: { timeout: 0 } } as TestContext;
    await expect(stopped(context)).rejects.toThrow();
    expect(ended).toBe(true);
  });

  test("takes a function only", () => {
    expect(() => virtual(sleep(1) as never)).toThrow("virtual() takes the test's function");
  });
});
