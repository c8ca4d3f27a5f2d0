import { deepEqual, equal, rejects } from "node:assert/strict";
import type { CoroutineGenerator } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { coroutine, createTask, race } from "@tsyncio/tasks";
import { sleep, timeout } from "@tsyncio/timeouts";
import { both } from "../both.js";
import type { Case } from "../case.js";
import { runVirtually } from "../running.js";

/** Sleeps; says when it has cleaned up, which takes a second more. */
const runner = coroutine(function* runner(seconds: number, log: string[]): CoroutineGenerator<string> {
  try {
    yield* sleep(seconds);
    return `${seconds} s`;
  } finally {
    yield* sleep("1s");
    log.push(`${seconds} s cleaned up`);
  }
});

export const cases: readonly Case[] = [
  ...both(
    "race gives the first outcome, cancels its losers and waits for them",
    {
      *generator(log: string[]) {
        return yield* race(runner(5, log), runner(60, log), runner(3600, log));
      },
      async async(log: string[]) {
        return await race(runner(5, log), runner(60, log), runner(3600, log));
      },
    },
    async (main) => {
      const log: string[] = [];
      equal(await runVirtually(() => main(log)), "5 s");
      deepEqual(log, ["5 s cleaned up", "60 s cleaned up", "3600 s cleaned up"]);
    },
  ),
  ...both(
    "a race that is cancelled cancels all who run",
    {
      *generator(log: string[]) {
        yield* race(runner(60, log), runner(3600, log));
      },
      async async(log: string[]) {
        await race(runner(60, log), runner(3600, log));
      },
    },
    (main) =>
      runVirtually(async () => {
        const log: string[] = [];
        const task = createTask(() => main(log));
        await sleep("1s");
        task.cancel();
        await rejects(Promise.resolve(task), { name: "CancelledError" });
        deepEqual(log, ["60 s cleaned up", "3600 s cleaned up"]);
      }),
  ),
  ...both(
    "the error of the first is the error of the race",
    {
      *generator(error: Error) {
        yield* race(sleep("1h"), function* () {
          yield* sleep("1s");
          throw error;
        });
      },
      async async(error: Error) {
        await race(sleep("1h"), async () => {
          await sleep("1s");
          throw error;
        });
      },
    },
    (main) =>
      runVirtually(async () => {
        const error = new RangeError("no");
        await rejects(Promise.resolve(createTask(() => main(error))), error);
      }),
  ),
  {
    name: "a loser of Promise.race waits on, until its task ends: then it is cancelled",
    run: () =>
      runVirtually(async () => {
        const future = new Future<void>();
        const task = createTask(async () => {
          await Promise.race([future, sleep("1s")]);
          const waitsOn = !future.done();
          await sleep("1s");
          return waitsOn && !future.done();
        });
        equal(await task, true);
        equal(future.cancelled(), true);
      }),
  },
  {
    name: "a loser of Promise.race is cancelled when the scope around it ends, before the task does",
    run: () =>
      runVirtually(async () => {
        const future = new Future<void>();
        await timeout("1m", async () => {
          await Promise.race([future, sleep("1s")]);
        });
        equal(future.cancelled(), true);
      }),
  },
];
