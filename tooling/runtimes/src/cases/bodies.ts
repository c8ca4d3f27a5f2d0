// The scopes that take their body as a function, and loops over what comes bit by bit.
import { deepEqual, equal, rejects } from "node:assert/strict";
import { type Body, ExceptionGroup } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { getRunningLoop, newEventLoop } from "@tsyncio/loop";
import { Runner } from "@tsyncio/runner";
import { asCompleted, coroutine, createTask, forEach, TaskGroup, taskGroup } from "@tsyncio/tasks";
import { sleep, Timeout, timeout, timeoutAt } from "@tsyncio/timeouts";
import { both } from "../both.js";
import type { Case } from "../case.js";
import { runVirtually } from "../running.js";

/** A body of every form, of the same result. */
const forms: Record<string, Body<[], string>> = {
  "a generator function": function* () {
    yield* sleep("1s");
    return "done";
  },
  "an async function": async () => {
    await sleep("1s");
    return "done";
  },
  "a coroutine function": coroutine(function* () {
    yield* sleep("1s");
    return "done";
  }),
  "a function that returns a coroutine": () => sleep("1s", "done"),
  "a function that returns a task": () => createTask(() => sleep("1s", "done")),
  "a function that returns a promise": () => Promise.resolve("done"),
};

/** An async iterator over 1, 2, 3, …, that says when it is closed. */
async function* counting(log: string[]) {
  try {
    for (let i = 1; ; i++) {
      await sleep("1s");
      yield i;
    }
  } finally {
    log.push("closed");
  }
}

export const cases: readonly Case[] = [
  ...Object.entries(forms).map(
    ([name, body]): Case => ({
      name: `timeout, Timeout, timeoutAt, taskGroup and TaskGroup take ${name} as their body`,
      run: () =>
        runVirtually(async () => {
          const now = getRunningLoop().time();
          deepEqual(
            [
              await timeout("1m", body),
              await new Timeout(null).run(body),
              await timeoutAt(now + 60, body),
              await taskGroup(body),
              await new TaskGroup().run(body),
            ],
            Array(5).fill("done"),
          );
        }),
    }),
  ),
  ...both(
    "a timeout and a task group are entered once",
    {
      *generator() {
        const errors: string[] = [];
        for (const scope of [new Timeout(null), new TaskGroup()]) {
          yield* scope.run(() => sleep(0));
          try {
            yield* scope.run(() => sleep(0));
          } catch (error) {
            errors.push((error as Error).name);
          }
        }
        return errors;
      },
      async async() {
        const errors: string[] = [];
        for (const scope of [new Timeout(null), new TaskGroup()]) {
          await scope.run(() => sleep(0));
          try {
            await scope.run(() => sleep(0));
          } catch (error) {
            errors.push((error as Error).name);
          }
        }
        return errors;
      },
    },
    async (main) => deepEqual(await runVirtually(main), ["RuntimeError", "RuntimeError"]),
  ),
  ...both(
    "a timeout may be moved while its body runs",
    {
      *generator(log: unknown[]) {
        yield* timeout("1s", function* (t) {
          log.push(t.when());
          t.reschedule(10);
          yield* sleep("9s");
          log.push(t.expired());
          t.reschedule(null);
          yield* sleep("1h");
          t.reschedule(getRunningLoop().time() + 1);
          yield* sleep("1h");
        });
      },
      async async(log: unknown[]) {
        await timeout("1s", async (t) => {
          log.push(t.when());
          t.reschedule(10);
          await sleep("9s");
          log.push(t.expired());
          t.reschedule(null);
          await sleep("1h");
          t.reschedule(getRunningLoop().time() + 1);
          await sleep("1h");
        });
      },
    },
    (main) =>
      runVirtually(async () => {
        const log: unknown[] = [];
        await rejects(Promise.resolve(createTask(() => main(log))), { name: "TimeoutError" });
        deepEqual([...log, getRunningLoop().time()], [1, false, 3610]);
      }),
  ),
  ...both(
    "when a child of a task group fails, its siblings and the body are cancelled, and the errors come in a group",
    {
      *generator(log: string[]) {
        yield* taskGroup(function* (tg) {
          tg.createTask(function* () {
            try {
              yield* sleep("1h");
            } finally {
              yield* sleep("1s");
              log.push("sibling cleaned up");
            }
          });
          tg.createTask(function* () {
            yield* sleep("1s");
            throw new RangeError("no");
          });
          try {
            yield* sleep("1h");
          } finally {
            log.push("body cleaned up");
          }
        });
      },
      async async(log: string[]) {
        await taskGroup(async (tg) => {
          tg.createTask(async () => {
            try {
              await sleep("1h");
            } finally {
              await sleep("1s");
              log.push("sibling cleaned up");
            }
          });
          tg.createTask(async () => {
            await sleep("1s");
            throw new RangeError("no");
          });
          try {
            await sleep("1h");
          } finally {
            log.push("body cleaned up");
          }
        });
      },
    },
    (main) =>
      runVirtually(async () => {
        const log: string[] = [];
        const error = await createTask(() => main(log)).catch((caught) => caught as ExceptionGroup);
        equal(error instanceof ExceptionGroup, true);
        deepEqual(
          (error as ExceptionGroup).errors.map((each) => (each as Error).name),
          ["RangeError"],
        );
        equal((error as ExceptionGroup).cause, (error as ExceptionGroup).errors[0]);
        deepEqual(log, ["body cleaned up", "sibling cleaned up"]);
      }),
  ),
  ...both(
    "tg.cancel() ends a group early without an error, and refuses tasks after that",
    {
      *generator(log: string[]) {
        yield* taskGroup(function* (tg) {
          tg.createTask(() => sleep("1h"));
          yield* sleep("1s");
          tg.cancel();
          try {
            tg.createTask(function* () {
              log.push("ran all the same");
            });
          } catch (error) {
            log.push((error as Error).name);
          }
          yield* sleep("1h");
          log.push("went on");
        });
        log.push("left");
        yield* sleep("1s");
      },
      async async(log: string[]) {
        await taskGroup(async (tg) => {
          tg.createTask(() => sleep("1h"));
          await sleep("1s");
          tg.cancel();
          try {
            tg.createTask(async () => {
              log.push("ran all the same");
            });
          } catch (error) {
            log.push((error as Error).name);
          }
          await sleep("1h");
          log.push("went on");
        });
        log.push("left");
        await sleep("1s");
      },
    },
    (main) =>
      runVirtually(async () => {
        const log: string[] = [];
        await createTask(() => main(log));
        deepEqual([log, getRunningLoop().time()], [["RuntimeError", "left"], 2]);
      }),
  ),
  ...both(
    "a task may be made in a group from elsewhere while its body runs, and not after it",
    {
      *generator(tg: TaskGroup) {
        yield* tg.run(() => sleep("1s"));
      },
      async async(tg: TaskGroup) {
        await tg.run(() => sleep("1s"));
      },
    },
    (main) =>
      runVirtually(async () => {
        const tg = new TaskGroup();
        const refused = () => {
          try {
            tg.createTask(() => sleep(0));
            return false;
          } catch {
            return true;
          }
        };
        const before = refused();
        const task = createTask(() => main(tg));
        await sleep(0);
        const late = tg.createTask(() => sleep("5s", "late"));
        await task;
        deepEqual([before, late.done(), refused(), getRunningLoop().time()], [true, true, true, 5]);
      }),
  ),
  ...both(
    "forEach runs its body for each item, one after the other; false stops it and closes the source",
    {
      *generator(items: unknown[], log: string[]) {
        yield* forEach([1, 2], function* (item) {
          yield* sleep("1s");
          items.push(item);
        });
        yield* forEach(counting(log), function* (item) {
          items.push(item);
          yield* sleep(0);
          return item < 3;
        });
        yield* forEach(asCompleted([sleep("2s", "late"), sleep("1s", "soon")]), function* ({ task }) {
          items.push(yield* task);
        });
      },
      async async(items: unknown[], log: string[]) {
        await forEach([1, 2], async (item) => {
          await sleep("1s");
          items.push(item);
        });
        await forEach(counting(log), async (item) => {
          items.push(item);
          await sleep(0);
          return item < 3;
        });
        await forEach(asCompleted([sleep("2s", "late"), sleep("1s", "soon")]), async ({ task }) => {
          items.push(await task);
        });
      },
    },
    async (main) => {
      const items: unknown[] = [];
      const log: string[] = [];
      await runVirtually(() => main(items, log));
      deepEqual(items, [1, 2, 1, 2, 3, "soon", "late"]);
      deepEqual(log, ["closed"]);
    },
  ),
  ...both(
    "forEach closes its source when the body fails, and when it is cancelled while it waits for an item",
    {
      *generator(log: string[], fail: boolean) {
        yield* forEach(counting(log), function* () {
          if (fail) throw new RangeError("no");
        });
      },
      async async(log: string[], fail: boolean) {
        await forEach(counting(log), async () => {
          if (fail) throw new RangeError("no");
        });
      },
    },
    (main) =>
      runVirtually(async () => {
        const log: string[] = [];
        await rejects(Promise.resolve(createTask(() => main(log, true))), { name: "RangeError" });
        deepEqual(log, ["closed"]);
        const task = createTask(() => main(log, false));
        await sleep("10s");
        task.cancel();
        await rejects(Promise.resolve(task), { name: "CancelledError" });
        deepEqual(log, ["closed", "closed"]);
      }),
  ),
  {
    name: "loops and runners can be disposed of",
    async run() {
      const loop = newEventLoop();
      loop[Symbol.dispose]();
      equal(loop.isClosed(), true);
      const runner = new Runner();
      let cleanedUp = false;
      await runner.run(async () => {
        createTask(async () => {
          try {
            await new Future<void>();
          } finally {
            cleanedUp = true;
          }
        });
        await sleep(0);
      });
      const ran = runner.getLoop();
      await runner[Symbol.asyncDispose]();
      deepEqual([cleanedUp, ran.isClosed()], [true, true]);
    },
  },
];
