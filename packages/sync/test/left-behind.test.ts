import { CancelledError, isTimeoutError } from "@tsyncio/contract";
import { Condition, Lock, Queue, Semaphore } from "@tsyncio/sync";
import { createTask } from "@tsyncio/tasks";
import { realWorld } from "@tsyncio/test-support";
import { sleep, timeout } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";

/** Runs `main` in real time on a loop that must be left clean but for one report: of the function that was left behind. */
async function leavingOneBehind(main: () => Promise<void>): Promise<void> {
  const world = realWorld({ abandonAfter: "5ms" });
  await world.loop.runUntilComplete(main);
  const reports = world.takeReports();
  expect(reports).toHaveLength(1);
  expect(reports[0]).toContain("left");
  world.leave();
}

/** A foreign promise, which no cancellation reaches. */
function gate() {
  let open: () => void = () => {};
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

describe("an async function that a timeout left behind", () => {
  for (const make of [() => new Lock(), () => new Semaphore(1), () => new Condition()]) {
    it(`keeps the ${make()[Symbol.toStringTag]} that it holds until its code ends, and releases it once`, () =>
      leavingOneBehind(async () => {
        const lock = make();
        const { promise, open } = gate();
        const trace: string[] = [];
        const holder = async () => {
          using _ = await lock.hold();
          await promise;
          trace.push("ends");
        };
        await expect(timeout("1ms", holder)).rejects.toSatisfy(isTimeoutError);
        expect(lock.locked()).toBe(true);
        const next = createTask(async () => {
          await lock.acquire();
          trace.push("next");
        });
        await sleep("5ms");
        expect(trace).toEqual([]);
        open();
        await next;
        expect(trace).toEqual(["ends", "next"]);
        lock.release();
        expect(String(lock)).toContain("[unlocked");
      }));
  }

  it("gets a CancelledError at its next wait, once, and can still clean up", () =>
    leavingOneBehind(async () => {
      const lock = new Lock();
      const queue = new Queue<string>();
      const { promise, open } = gate();
      const body = async () => {
        await lock.acquire();
        try {
          await promise;
          await queue.get();
        } catch (error) {
          await queue.put(error instanceof CancelledError ? "cancelled" : "?");
        } finally {
          lock.release();
        }
      };
      await expect(timeout("1ms", body)).rejects.toSatisfy(isTimeoutError);
      open();
      expect(await queue.get()).toBe("cancelled");
      await lock.acquire();
      lock.release();
      expect(String(queue)).toBe("<Queue maxsize=0 tasks=1>");
    }));
});
