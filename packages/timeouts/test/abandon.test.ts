import { CancelledError, TimeoutError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import type { EventLoop } from "@tsyncio/loop";
import { createTask, currentTask, type TaskGroup, taskGroup } from "@tsyncio/tasks";
import { realWorld, type World } from "@tsyncio/test-support";
import { sleep, timeout, waitFor } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";
import { self } from "./support.ts";

/** A foreign promise that ignores every signal, and what settles it. */
function stuck<T = void>() {
  let settle: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, settle: (value: T) => settle(value) };
}

/** What is really waited for, in milliseconds: abandonment counts real time, also on a virtual clock. */
const really = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const law = (
  name: string,
  main: (world: World<EventLoop>) => Promise<void>,
  options?: Parameters<typeof realWorld>[0],
) =>
  it(name, async () => {
    const world = realWorld(options);
    await world.loop.runUntilComplete(() => main(world));
    world.leave();
  });

describe("an async body that is stuck on a foreign promise", () => {
  law("is left behind: the timeout raises, and the report names place, function and what to write", async (world) => {
    const { promise, settle } = stuck();
    const trace: string[] = [];
    const limited = timeout(
      "1ms",
      async function download() {
        try {
          await promise;
          trace.push("went on");
          await sleep(0.002);
          trace.push("not reached");
        } catch (error) {
          trace.push((error as Error).name);
          await sleep(0.002);
          trace.push("cleaned up");
        }
      },
      { abandonAfter: "20ms" },
    );
    await expect(limited).rejects.toBeInstanceOf(TimeoutError);
    const [report, ...more] = world.takeReports();
    expect(more).toEqual([]);
    expect(report).toMatch(
      /^a timeout of Task-\d+ at .*abandon\.test\.ts:\d+:\d+ left a promise that is not tsyncio's, in download, behind: it did not end within 0\.02 s of its cancellation\. Give the host function the signal \(.*\), or wrap the promise: await fromPromise\(promise\)$/,
    );
    expect(trace).toEqual([]);
    settle();
    await really(5);
    await sleep(0.004);
    // Its next wait got a cancellation, once: its clean-up may wait.
    expect(trace).toEqual(["went on", "CancelledError", "cleaned up"]);
    expect(self().cancelling()).toBe(0);
  });

  law("that ends by itself in time is not", async () => {
    const { promise, settle } = stuck<string>();
    setTimeout(() => settle("in the end"), 10);
    const body = async () => {
      await promise;
      return "finished";
    };
    expect(await timeout(0.001, body, { abandonAfter: "1s" })).toBe("finished");
  });

  law("whose clean-up awaits foreign work that ends is waited for", async () => {
    const trace: string[] = [];
    const limited = timeout(
      0.001,
      async () => {
        try {
          await sleep(0.02);
        } finally {
          await really(30);
          trace.push("cleaned up");
        }
      },
      { abandonAfter: "1s" },
    );
    await expect(limited).rejects.toBeInstanceOf(TimeoutError);
    expect(trace).toEqual(["cleaned up"]);
  });

  law("is not left while it reaches awaits of ours now and then", async () => {
    const trace: string[] = [];
    const limited = timeout(
      0.001,
      async () => {
        try {
          await sleep(0.02);
        } finally {
          for (let i = 0; i < 6; i++) {
            await really(10);
            await sleep(0);
          }
          trace.push("cleaned up");
        }
      },
      { abandonAfter: "40ms" },
    );
    await expect(limited).rejects.toBeInstanceOf(TimeoutError);
    expect(trace).toEqual(["cleaned up"]);
  });

  law("is waited for, for ever, with abandonAfter null of the timeout", async () => {
    const trace: string[] = [];
    const body = async () => {
      await really(150);
      trace.push("ended");
      await sleep(0);
    };
    await expect(timeout(0.001, body, { abandonAfter: null })).rejects.toBeInstanceOf(TimeoutError);
    expect(trace).toEqual(["ended"]);
  });

  law(
    "is waited for with abandonAfter null of the loop, unless the task or the timeout say otherwise",
    async (world) => {
      const slow = () => really(80);
      expect(await timeout(0.001, slow)).toBe(undefined);
      const task = createTask(() => timeout(0.001, slow), { abandonAfter: "10ms" });
      await expect(task).rejects.toBeInstanceOf(TimeoutError);
      await expect(timeout(0.001, slow, { abandonAfter: "10ms" })).rejects.toBeInstanceOf(TimeoutError);
      expect(world.takeReports()).toHaveLength(2);
      await really(100);
    },
    { abandonAfter: null },
  );

  law("of waitFor is left behind, too", async (world) => {
    const { promise, settle } = stuck();
    await expect(waitFor(async () => promise, 0.001, { abandonAfter: "10ms" })).rejects.toBeInstanceOf(TimeoutError);
    expect(world.takeReports()).toHaveLength(1);
    settle();
    await really(5);
  });

  law("which fails after it was left is reported", async (world) => {
    const { promise, settle } = stuck();
    const body = async () => {
      await promise;
      throw new Error("late");
    };
    await expect(timeout(0.001, body, { abandonAfter: "10ms" })).rejects.toBeInstanceOf(TimeoutError);
    world.takeReports();
    settle();
    await really(5);
    expect(world.takeReports()).toEqual(["exception in an async function that a timeout left behind: Error: late"]);
  });

  law("that was left is no longer reached by cancellations of its task", async (world) => {
    const { promise, settle } = stuck();
    const future = new Future<string>();
    let result: unknown;
    const task = createTask(async () => {
      const body = async () => {
        await promise;
        await sleep(0).catch(() => {});
        result = await future;
      };
      await timeout(0.001, body, { abandonAfter: "10ms" }).catch(() => {});
      await sleep(0.2);
    });
    await really(30);
    world.takeReports();
    settle();
    await really(5);
    await sleep(0);
    task.cancel();
    await expect(task).rejects.toBeInstanceOf(CancelledError);
    expect(future.cancelled()).toBe(false);
    future.setResult("reached");
    await sleep(0.002);
    expect(result).toBe("reached");
  });

  law("in one of several branches: only that branch is left", async (world) => {
    const { promise, settle } = stuck();
    const [left, other] = await Promise.allSettled([
      timeout(0.001, async () => promise, { abandonAfter: "10ms" }),
      timeout(1, () => sleep(0.01, "other branch")),
    ]);
    expect(left).toMatchObject({ status: "rejected", reason: { name: "TimeoutError" } });
    expect(other).toEqual({ status: "fulfilled", value: "other branch" });
    world.takeReports();
    settle();
    await really(5);
  });

  law("a resource that it holds is released once, when its code ends", async (world) => {
    const { promise, settle } = stuck();
    let released = 0;
    const body = async () => {
      try {
        await promise;
      } finally {
        released++;
      }
    };
    await expect(timeout(0.001, body, { abandonAfter: "10ms" })).rejects.toBeInstanceOf(TimeoutError);
    world.takeReports();
    expect(released).toBe(0);
    settle();
    await really(5);
    expect(released).toBe(1);
  });
});

describe("those that never leave a stuck async function behind", () => {
  law("a task that is cancelled is done when it has settled", async () => {
    const trace: string[] = [];
    const task = createTask(async () => {
      await really(150);
      trace.push("settled");
    });
    await sleep(0);
    task.cancel();
    await task.catch(() => {});
    expect(trace).toEqual(["settled"]);
  });

  law("a task group waits for its tasks", async () => {
    const trace: string[] = [];
    const failing = taskGroup(async (tg: TaskGroup) => {
      tg.createTask(async () => {
        await really(150);
        trace.push("settled");
      });
      await sleep(0);
      throw new Error("body");
    });
    await expect(failing).rejects.toMatchObject({ errors: [{ message: "body" }] });
    expect(trace).toEqual(["settled"]);
  });
});

describe("a generator body", () => {
  law("is never left: its clean-up may take as long as it likes", async () => {
    const trace: string[] = [];
    const limited = timeout(
      0.001,
      function* () {
        try {
          yield* sleep(0.02);
        } finally {
          yield* sleep(0.02);
          trace.push("cleaned up");
        }
      },
      { abandonAfter: "1ms" },
    );
    await expect(limited).rejects.toBeInstanceOf(TimeoutError);
    expect(trace).toEqual(["cleaned up"]);
    expect(currentTask()).not.toBe(null);
  });
});
