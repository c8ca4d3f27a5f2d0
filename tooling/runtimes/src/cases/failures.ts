// Errors that nobody reads, and what a run does about what is left.
import { deepEqual, equal, rejects } from "node:assert/strict";
import type { ExceptionContext } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { run } from "@tsyncio/runner";
import { createTask } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";
import { both, type Kinds } from "../both.js";
import type { Case } from "../case.js";
import { runWell } from "../running.js";

const failing: Kinds<[], void> = {
  *generator() {
    yield* sleep(0);
    throw new RangeError("no");
  },
  async async() {
    await sleep(0);
    throw new RangeError("no");
  },
};

/** What the exception handler of a loop with these options is told. */
function watched(options: Parameters<typeof newEventLoop>[0] = {}) {
  const reports: ExceptionContext[] = [];
  const loop = newEventLoop({ ...options, exceptionHandler: (_, context) => reports.push(context) });
  return { loop, reports };
}

const hostSleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export const cases: readonly Case[] = [
  ...both("an error that nobody read is reported once when its time is up", failing, async (body) => {
    const { loop, reports } = watched({ unreadErrorsAfter: "20ms" });
    await run(
      async () => {
        const task = createTask(body);
        await sleep("5ms");
        deepEqual([task.done(), reports.length], [true, 0]);
        await hostSleep(80);
        deepEqual(
          reports.map(({ exception, task: failed }) => [String(exception), failed === task]),
          [["RangeError: no", true]],
        );
      },
      { loopFactory: () => loop },
    );
    equal(reports.length, 1);
  }),
  ...both("an error that nobody read is reported when its loop closes", failing, async (body) => {
    const { loop, reports } = watched({ unreadErrorsAfter: "1h" });
    const task = loop.createTask(body);
    await loop.runUntilComplete(async () => {
      await sleep("1ms");
    });
    deepEqual([task.done(), reports.length], [true, 0]);
    loop.close();
    equal(reports.length, 1);
  }),
  ...both("an error that was read in time is nobody's business", failing, (body) =>
    runWell(async () => {
      const task = createTask(body);
      await sleep("5ms");
      equal(String(task.exception()), "RangeError: no");
      const other = createTask(body);
      await rejects(Promise.resolve(other), RangeError);
      const third = createTask(body);
      await third.catch(() => {});
      const future = new Future<void>();
      future.setException(new RangeError("no"));
      await rejects(Promise.resolve(future), RangeError);
    }),
  ),
  ...both(
    "when main ends, run cancels what is left, waits for its clean-up, and reports its errors",
    {
      *generator(log: string[], fail: boolean) {
        try {
          yield* sleep("1h");
        } finally {
          yield* sleep("1s");
          log.push("cleaned up");
          // biome-ignore lint/correctness/noUnsafeFinally: the error of a clean-up
          if (fail) throw new RangeError("clean-up failed");
        }
      },
      async async(log: string[], fail: boolean) {
        try {
          await sleep("1h");
        } finally {
          await sleep("1s");
          log.push("cleaned up");
          // biome-ignore lint/correctness/noUnsafeFinally: the error of a clean-up
          if (fail) throw new RangeError("clean-up failed");
        }
      },
    },
    async (body) => {
      const log: string[] = [];
      const reports: ExceptionContext[] = [];
      const loop = newVirtualLoop({ exceptionHandler: (_, context) => reports.push(context) });
      const result = await run(
        async () => {
          createTask(() => body(log, false));
          createTask(() => body(log, true));
          await sleep(0);
          return "main's result";
        },
        { loopFactory: () => loop },
      );
      deepEqual([result, log, loop.isClosed()], ["main's result", ["cleaned up", "cleaned up"], true]);
      deepEqual(
        reports.map(({ message, exception }) => [message, String(exception)]),
        [["unhandled exception during asyncio.run() shutdown", "RangeError: clean-up failed"]],
      );
    },
  ),
  ...both("run rejects with the very error of main", failing, async (main) => {
    await rejects(run(main), { name: "RangeError", message: "no" });
  }),
  {
    name: "an error of a callback goes to the exception handler, and the loop goes on",
    async run() {
      const { loop, reports } = watched();
      const error = new RangeError("no");
      loop.callSoon(() => {
        throw error;
      });
      equal(await loop.runUntilComplete(() => sleep(0, "went on")), "went on");
      deepEqual(
        reports.map(({ exception }) => exception === error),
        [true],
      );
      loop.close();
    },
  },
  {
    name: "the process has one listener for its end, however many runs there were",
    async run() {
      const before = process.listenerCount("beforeExit");
      for (let i = 0; i < 5; i++) await run(() => sleep("1ms"));
      await Promise.all(Array.from({ length: 5 }, () => run(() => sleep("1ms"))));
      equal(process.listenerCount("beforeExit") - before <= 1, true);
      equal(process.listenerCount("SIGINT"), 0);
    },
  },
];
