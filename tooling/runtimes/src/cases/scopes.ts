// What a cancellation reaches, and how cancellations are counted.
import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { CancelledError, type Delay } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { coroutine, createTask, currentSignal, currentTask, type Task, taskGroup } from "@tsyncio/tasks";
import { sleep, timeout } from "@tsyncio/timeouts";
import { both, type Kinds } from "../both.js";
import type { Case } from "../case.js";
import { runVirtually, runWell } from "../running.js";

/** Sleeps, and notes how that ended. */
const sleepers: Kinds<[name: string, delay: Delay, ends: string[]], void> = {
  *generator(name, delay, ends) {
    try {
      yield* sleep(delay);
      ends.push(`${name} slept`);
    } catch (error) {
      ends.push(`${name} ${(error as Error).name}`);
      throw error;
    }
  },
  async async(name, delay, ends) {
    try {
      await sleep(delay);
      ends.push(`${name} slept`);
    } catch (error) {
      ends.push(`${name} ${(error as Error).name}`);
      throw error;
    }
  },
};

/** The current task, which is there. */
const me = () => currentTask() as Task<unknown>;

export const cases: readonly Case[] = [
  ...both("of two timeouts and a plain wait in one Promise.all, only the right one is cancelled", sleepers, (sleeper) =>
    runWell(async () => {
      const ends: string[] = [];
      const outcomes = await Promise.allSettled([
        timeout("20ms", () => sleeper("a", "5s", ends)),
        timeout("5s", () => sleeper("b", "40ms", ends)),
        timeout(null, () => sleeper("c", "40ms", ends)),
        sleep("40ms"),
      ]);
      deepEqual(ends, ["a CancelledError", "b slept", "c slept"]);
      deepEqual(
        outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason.name : "ended")),
        ["TimeoutError", "ended", "ended", "ended"],
      );
      equal(me().cancelling(), 0);
    }),
  ),
  {
    name: "a task group that ends early reaches only itself, not what runs beside it in the task",
    run: () =>
      runVirtually(async () => {
        const ends = await Promise.all([
          taskGroup(async (tg) => {
            tg.createTask(() => sleep("1h"));
            await sleep("1s");
            tg.cancel();
            await sleep("1h");
          }).then(() => "ended early"),
          sleep("1m", "slept"),
        ]);
        deepEqual(ends, ["ended early", "slept"]);
      }),
  },
  ...both(
    "cancelling a task reaches every wait in it: in helpers, in scopes below, and inside Promise.all",
    {
      *generator(futures: Future<void>[]) {
        const helper = coroutine(function* helper() {
          yield* futures[0]!;
        });
        yield* timeout("1h", () => helper());
      },
      async async(futures: Future<void>[]) {
        const helper = async (future: Future<void>) => {
          await future;
        };
        await Promise.all([
          helper(futures[0]!),
          timeout("1h", () => helper(futures[1]!)),
          taskGroup(() => helper(futures[2]!)),
        ]);
      },
    },
    (main, kind) =>
      runVirtually(async () => {
        const futures = Array.from({ length: kind === "async" ? 3 : 1 }, () => new Future<void>());
        const task = createTask(() => main(futures));
        await sleep("1s");
        task.cancel();
        await rejects(Promise.resolve(task), { name: "CancelledError" });
        deepEqual(
          futures.map((future) => future.cancelled()),
          futures.map(() => true),
        );
      }),
  ),
  ...both(
    "cancelling() is the sum from the current scope to the task's root, and from outside that of all its scopes",
    {
      *generator(controller: AbortController) {
        const counts: number[] = [];
        yield* timeout(
          null,
          function* () {
            try {
              yield* sleep("1h");
            } catch {
              counts.push(me().cancelling());
            }
            try {
              controller.abort();
              yield* sleep("1h");
            } catch {
              counts.push(me().cancelling());
            }
            counts.push(me().uncancel());
          },
          { signal: controller.signal },
        );
        counts.push(me().cancelling(), me().uncancel(), me().uncancel());
        return counts;
      },
      async async(controller: AbortController) {
        const counts: number[] = [];
        await timeout(
          null,
          async () => {
            try {
              await sleep("1h");
            } catch {
              counts.push(me().cancelling());
            }
            try {
              controller.abort();
              await sleep("1h");
            } catch {
              counts.push(me().cancelling());
            }
            counts.push(me().uncancel());
          },
          { signal: controller.signal },
        );
        counts.push(me().cancelling(), me().uncancel(), me().uncancel());
        return counts;
      },
    },
    (main) =>
      runVirtually(async () => {
        const task = createTask(() => main(new AbortController()));
        await sleep("1s");
        task.cancel();
        task.cancel();
        equal(task.cancelling(), 2);
        deepEqual(await task, [2, 3, 2, 2, 1, 0]);
      }),
  ),
  ...both(
    "a scope that ends hands the cancellations that were asked of it to the scope around it",
    {
      *generator(controller: AbortController) {
        yield* timeout(
          null,
          function* () {
            try {
              yield* sleep("1h");
            } catch {}
          },
          { signal: controller.signal },
        );
        return me().cancelling();
      },
      async async(controller: AbortController) {
        await timeout(
          null,
          async () => {
            try {
              await sleep("1h");
            } catch {}
          },
          { signal: controller.signal },
        );
        return me().cancelling();
      },
    },
    (main) =>
      runVirtually(async () => {
        const controller = new AbortController();
        const task = createTask(() => main(controller));
        await sleep("1s");
        controller.abort();
        equal(await task, 1);
      }),
  ),
  ...both(
    "a cancellation asked for from inside is kept for the next await, at any depth",
    {
      *generator(log: string[]) {
        me().cancel();
        log.push("still here");
        yield* timeout("1h", function* () {
          log.push("entered");
          yield* sleep(0);
          log.push("went on");
        });
      },
      async async(log: string[]) {
        me().cancel();
        log.push("still here");
        await timeout("1h", async () => {
          log.push("entered");
          await sleep(0);
          log.push("went on");
        });
      },
    },
    (main) =>
      runVirtually(async () => {
        const log: string[] = [];
        await rejects(Promise.resolve(createTask(() => main(log))), { name: "CancelledError" });
        deepEqual(log, ["still here", "entered"]);
      }),
  ),
  ...both(
    "uncancel() down to 0 drops a cancellation that was not delivered",
    {
      *generator() {
        me().cancel();
        const left = me().uncancel();
        yield* sleep(0);
        return left;
      },
      async async() {
        me().cancel();
        const left = me().uncancel();
        await sleep(0);
        return left;
      },
    },
    async (main) => equal(await runVirtually(main), 0),
  ),
  {
    name: "a cancellation that one strand asks for reaches the waits of the others at once, and that strand at its next await",
    run: () =>
      runVirtually(async () => {
        const ends: string[] = [];
        const strand = async (name: string, wait: () => PromiseLike<unknown>) => {
          try {
            await wait();
            ends.push(`${name} ended`);
          } catch (error) {
            ends.push(`${name} ${(error as Error).name}`);
          }
        };
        await rejects(
          Promise.resolve(
            createTask(async () => {
              await Promise.all([
                strand("other", () => sleep("1h")),
                strand("asking", async () => {
                  await sleep(0);
                  me().cancel();
                  ends.push("asked");
                  await sleep(0);
                }),
              ]);
              throw new CancelledError();
            }),
          ),
          { name: "CancelledError" },
        );
        deepEqual(ends, ["asked", "other CancelledError", "asking CancelledError"]);
      }),
  },
  {
    name: "a cancellation that finds the task waiting for a foreign promise is kept for its next await",
    run: () =>
      runWell(async () => {
        const log: string[] = [];
        const task = createTask(async () => {
          await new Promise<void>((resolve) => setImmediate(resolve));
          log.push("the promise came");
          await sleep(0);
          log.push("went on");
        });
        await sleep(0);
        task.cancel();
        await rejects(Promise.resolve(task), { name: "CancelledError" });
        deepEqual(log, ["the promise came"]);
      }),
  },
  {
    name: "a body that is no async function is awaited inside its scope",
    run: () =>
      runVirtually(async () => {
        const future = new Future<void>();
        await rejects(Promise.resolve(timeout("1s", () => future)), { name: "TimeoutError" });
        equal(future.cancelled(), true);

        const signals: unknown[] = [];
        const outer = currentSignal();
        await timeout("1s", (t) => {
          const then = (resolve: (value: void) => void) => {
            signals.push(currentSignal() === t.signal, currentSignal() === outer);
            resolve();
          };
          return { then } as PromiseLike<void>;
        });
        deepEqual(signals, [true, false]);
      }),
  },
  ...both(
    "currentTask() in a scope is the task that the scope belongs to",
    {
      *generator() {
        const names = [me().getName()];
        yield* timeout("1s", function* () {
          yield* taskGroup(function* () {
            yield* sleep(0);
            names.push(me().getName());
          });
        });
        return names;
      },
      async async() {
        const names = [me().getName()];
        await timeout("1s", async () => {
          await taskGroup(async () => {
            await sleep(0);
            names.push(me().getName());
          });
        });
        return names;
      },
    },
    async (main) => {
      const [outer, inner] = await runVirtually(main);
      notEqual(outer, undefined);
      equal(inner, outer);
    },
  ),
  ...both(
    "a task that is cancelled cleans up with all its awaits, and is waited for",
    {
      *generator(log: string[]) {
        try {
          yield* sleep("1h");
        } finally {
          yield* sleep("1s");
          log.push("slept");
          yield* timeout("1m", () => sleep("1s"));
          log.push("ended a timeout");
          yield* taskGroup(function* (tg) {
            tg.createTask(() => sleep("1s"));
          });
          log.push("ended a group");
        }
      },
      async async(log: string[]) {
        try {
          await sleep("1h");
        } finally {
          await sleep("1s");
          log.push("slept");
          await timeout("1m", () => sleep("1s"));
          log.push("ended a timeout");
          await taskGroup(async (tg) => {
            tg.createTask(() => sleep("1s"));
          });
          log.push("ended a group");
        }
      },
    },
    (body) =>
      runVirtually(async () => {
        const log: string[] = [];
        const task = createTask(() => body(log));
        await sleep("1s");
        task.cancel();
        await rejects(Promise.resolve(task), { name: "CancelledError" });
        deepEqual(log, ["slept", "ended a timeout", "ended a group"]);
      }),
  ),
];
