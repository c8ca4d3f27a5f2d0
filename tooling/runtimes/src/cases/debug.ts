// Debug mode: what it notices, and whether it says who and where.
import { deepEqual, equal, match } from "node:assert/strict";
import { Future } from "@tsyncio/futures";
import { getRunningLoop, newEventLoop } from "@tsyncio/loop";
import { run } from "@tsyncio/runner";
import { coroutine, createTask, taskGroup } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";
import { both } from "../both.js";
import type { Case } from "../case.js";
import { collectGarbage } from "../garbage.js";
import { runProgram } from "../programs.js";
import { withServer } from "../servers.js";
import { warningsOf } from "../warnings.js";

/** The warnings of a program that runs in debug mode. */
const debugWarnings = (main: () => Iterable<unknown> | PromiseLike<unknown>) =>
  warningsOf(() => run(main as () => PromiseLike<unknown>, { debug: true }));

const here = /\/debug\.[jt]s:\d+/;

/** Blocks the thread. */
function busy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

export const cases: readonly Case[] = [
  ...both(
    "debug mode warns of a step that blocks the loop, and says of which task",
    {
      *generator() {
        getRunningLoop().slowCallbackDuration = 0.05;
        yield* createTask(
          function* () {
            yield* sleep(0);
            busy(60);
            yield* sleep(0);
          },
          { name: "cruncher" },
        );
      },
      async async() {
        getRunningLoop().slowCallbackDuration = 0.05;
        await createTask(
          async () => {
            await sleep(0);
            busy(60);
            await sleep(0);
          },
          { name: "cruncher" },
        );
      },
    },
    async (main) => {
      const warnings = await debugWarnings(main);
      // Others may be slow, too, on a machine that has more to do.
      const slow = warnings.filter((warning) => /^Executing .*cruncher.* took \d+\.\d+ seconds$/.test(warning));
      equal(slow.length > 0, true, String(warnings));
    },
  ),
  ...both(
    "debug mode warns of a coroutine that is never awaited, and says where it was made",
    {
      *generator() {
        const forgotten = coroutine(function* forgotten() {});
        for (let i = 0; i < 3; i++) forgotten();
        yield* sleep(0);
      },
      async async() {
        const forgotten = coroutine(function* forgotten() {});
        for (let i = 0; i < 3; i++) forgotten();
        await sleep(0);
      },
    },
    async (main) => {
      const warnings = await warningsOf(async () => {
        await run(main, { debug: true });
        for (let i = 0; i < 5; i++) await collectGarbage();
      });
      const warning = String(warnings.find((each) => each.includes("never awaited")));
      match(warning, /^coroutine 'forgotten' was never awaited/);
      match(warning, here);
    },
  ),
  ...both(
    "debug mode knows where futures, tasks and callbacks were made",
    {
      *generator() {
        const future = new Future<void>();
        const task = createTask(function* () {});
        const handle = getRunningLoop().callSoon(() => {});
        const texts = [future, task, handle].map(String);
        yield* task;
        return texts;
      },
      async async() {
        const future = new Future<void>();
        const task = createTask(async () => {});
        const handle = getRunningLoop().callSoon(() => {});
        const texts = [future, task, handle].map(String);
        await task;
        return texts;
      },
    },
    async (main) => {
      for (const text of await run(main, { debug: true })) match(text, here);
      for (const text of await run(main)) equal(here.test(text), false, text);
    },
  ),
  ...both(
    "debug mode warns when a task ends normally after it swallowed a cancellation",
    {
      *generator() {
        try {
          yield* sleep("1h");
        } catch {}
      },
      async async() {
        try {
          await sleep("1h");
        } catch {}
      },
    },
    async (body) => {
      const warnings = await debugWarnings(async () => {
        const task = createTask(body, { name: "swallower" });
        await sleep(0);
        task.cancel();
        await task;
      });
      match(String(warnings), /swallower .*swallowed the CancelledError/);
    },
  ),
  {
    name: "debug mode warns when callbacks of the host share a task, and not when each has its own",
    skip: { deno: "its HTTP server calls handlers in no async context, so they share none" },
    async run() {
      const ask = async (url: string) => void (await (await fetch(url)).text());
      const shared = await debugWarnings(() =>
        withServer(async (_, response) => {
          await sleep(0);
          response.end();
        }, ask),
      );
      match(String(shared), /asTask\(fn\)/);
      const separate = await debugWarnings(() =>
        taskGroup((tg) =>
          withServer(
            tg.asTask(async (_: unknown, response: { end(): unknown }) => {
              await sleep(0);
              response.end();
            }),
            ask,
          ),
        ),
      );
      equal(/asTask/.test(String(separate)), false, String(separate));
    },
  },
  {
    name: "debug mode warns once per place of plain numbers that look like milliseconds",
    async run() {
      const warnings = await debugWarnings(async () => {
        for (let i = 0; i < 3; i++) {
          // Not returned by an arrow function: a call in that place leaves no frame on the stack of JavaScriptCore.
          const sleeping = sleep(250);
          createTask(sleeping);
        }
        await sleep(0);
      });
      const [warning, ...more] = warnings.filter((each) => each.includes("250ms"));
      deepEqual(more, []);
      match(String(warning), here);
    },
  },
  {
    name: "without debug mode nothing of this is said",
    async run() {
      const warnings = await warningsOf(() =>
        run(async () => {
          getRunningLoop().slowCallbackDuration = 0.01;
          busy(20);
          createTask(() => sleep(250));
          const task = createTask(async () => {
            try {
              await sleep("1h");
            } catch {}
          });
          await sleep(0);
          task.cancel();
          await task;
        }),
      );
      deepEqual(warnings, []);
    },
  },
  {
    name: "TSYNCIO_DEBUG=1 switches debug mode on",
    async run() {
      process.env.TSYNCIO_DEBUG = "1";
      const { lines } = await runProgram("environment").finally(() => {
        delete process.env.TSYNCIO_DEBUG;
      });
      deepEqual(lines, ["true", "true"]);
      const loop = newEventLoop();
      equal(loop.getDebug(), false);
      loop.close();
    },
  },
];
