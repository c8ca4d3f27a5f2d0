// Callbacks of the host: whose task they run for.
import { deepEqual, equal, notEqual } from "node:assert/strict";
import { AsyncResource } from "node:async_hooks";
import type { ServerResponse } from "node:http";
import { Future, fromPromise } from "@tsyncio/futures";
import { getEventLoop, getRunningLoop } from "@tsyncio/loop";
import { asTask, createTask, currentTask, outsideTask, type Task, taskGroup } from "@tsyncio/tasks";
import { sleep, timeout } from "@tsyncio/timeouts";
import { both } from "../both.js";
import type { Case } from "../case.js";
import { runWell } from "../running.js";
import { withServer } from "../servers.js";

/** Answers when it has slept, or with 504 when it was not let. */
const answer = (response: ServerResponse, error?: unknown) => {
  response.statusCode = error === undefined ? 200 : 504;
  response.end(error === undefined ? "slept" : (error as Error).name);
};

const delayOf = (url: string | undefined) => (url === "/slow" ? "5s" : "40ms");

/** What a request of `path` is answered with. */
const ask = async (url: string) => {
  const response = await fetch(url);
  return `${response.status} ${await response.text()}`;
};

/** Ends when the host's callbacks that are registered by now have been called. */
const hostTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

const name = () => currentTask()?.getName() ?? null;

export const cases: readonly Case[] = [
  ...both(
    "a timeout in an HTTP handler that was registered inside run(main) touches only itself",
    {
      *generator(url: string | undefined) {
        yield* sleep(delayOf(url));
      },
      async async(url: string | undefined) {
        await sleep(delayOf(url));
      },
    },
    (work) =>
      runWell(async () => {
        const handler = async (request: { url?: string | undefined }, response: ServerResponse) => {
          try {
            await timeout("20ms", () => work(request.url === "/patient" ? undefined : request.url));
            answer(response);
          } catch (error) {
            answer(response, error);
          }
        };
        const patient = async (request: { url?: string | undefined }, response: ServerResponse) => {
          if (request.url !== "/patient") return handler(request, response);
          await timeout("5s", () => work(request.url));
          answer(response);
        };
        const [own] = await Promise.all([
          sleep("60ms", "main slept"),
          withServer(
            (request, response) => void patient(request, response),
            async (url) => {
              const answers = await Promise.all(["slow", "patient", "slow"].map((path) => ask(url + path)));
              deepEqual(answers, ["504 TimeoutError", "200 slept", "504 TimeoutError"]);
            },
          ),
        ]);
        equal(own, "main slept");
        equal((currentTask() as Task).cancelling(), 0);
      }),
  ),
  {
    name: "without asTask a handler runs for the task that registered it",
    skip: { deno: "its HTTP server calls handlers in no async context" },
    run: () =>
      runWell(async () => {
        const handler = (_: unknown, response: ServerResponse) => {
          response.end(name());
        };
        await withServer(handler, async (url) => equal(await ask(url), `200 ${name()}`));
      }),
  },
  ...both(
    "with tg.asTask every request is a task of its own, in the group",
    {
      *generator(response: ServerResponse, names: (string | null)[]) {
        names.push(name());
        yield* sleep("1ms");
        names.push(name());
        response.end("done");
      },
      async async(response: ServerResponse, names: (string | null)[]) {
        names.push(name());
        await sleep("1ms");
        names.push(name());
        response.end("done");
      },
    },
    (work) =>
      runWell(async () => {
        const names: (string | null)[] = [];
        await taskGroup(async (tg) => {
          const handler = tg.asTask((_: unknown, response: ServerResponse) => work(response, names));
          await withServer(handler, async (url) => {
            equal(await ask(url), "200 done");
            equal(await ask(url), "200 done");
          });
        });
        deepEqual([names[0] === names[1], names[2] === names[3]], [true, true]);
        equal(new Set([...names, name()]).size, 3);
      }),
  ),
  ...both(
    "asTask passes on its arguments and this, and gives the task",
    {
      *generator(this: { factor: number }, a: number, b: number) {
        yield* sleep(0);
        return this.factor * (a + b);
      },
      async async(this: { factor: number }, a: number, b: number) {
        await sleep(0);
        return this.factor * (a + b);
      },
    },
    (body) =>
      runWell(async () => {
        const scale = { factor: 10, sum: asTask(body) };
        const task = scale.sum(1, 2);
        equal(task.done(), false);
        equal(await task, 30);
      }),
  ),
  {
    name: "a group that is left waits for the tasks of its callbacks",
    run: () =>
      runWell(async () => {
        const log: string[] = [];
        await taskGroup(async (tg) => {
          const called = new Future<void>();
          const callback = tg.asTask(async () => {
            called.setResult();
            await sleep("5ms");
            log.push("callback");
          });
          setImmediate(callback);
          await called;
          log.push("body");
        });
        deepEqual(log, ["body", "callback"]);
      }),
  },
  ...both(
    "outsideTask runs a function with no current task, and so do the callbacks that it registers",
    {
      *generator(called: (name: string | null) => void) {
        const inside = outsideTask(() => {
          setImmediate(() => called(name()));
          return name();
        });
        yield* fromPromise(hostTurn());
        return [inside, name()];
      },
      async async(called: (name: string | null) => void) {
        const inside = outsideTask(() => {
          setImmediate(() => called(name()));
          return name();
        });
        await hostTurn();
        return [inside, name()];
      },
    },
    async (main) => {
      const seen: (string | null)[] = [];
      const [inside, after] = await runWell(() => main((each) => seen.push(each)));
      deepEqual([inside, seen], [null, [null]]);
      notEqual(after, null);
    },
  ),
  ...both(
    "callbacks of the loop, and the async functions that they start, have no current task",
    {
      *generator(note: (what: string) => void) {
        const loop = getRunningLoop();
        const callback = async (what: string) => {
          note(`${what}: ${name()}`);
          await Promise.resolve();
          note(`${what}, later: ${name()}`);
        };
        loop.callSoon(() => void callback("callSoon"));
        loop.callLater("1ms", () => void callback("callLater"));
        createTask(() => sleep(0)).addDoneCallback(() => void callback("addDoneCallback"));
        yield* sleep("5ms");
      },
      async async(note: (what: string) => void) {
        const loop = getRunningLoop();
        const callback = async (what: string) => {
          note(`${what}: ${name()}`);
          await Promise.resolve();
          note(`${what}, later: ${name()}`);
        };
        loop.callSoon(() => void callback("callSoon"));
        loop.callLater("1ms", () => void callback("callLater"));
        createTask(() => sleep(0)).addDoneCallback(() => void callback("addDoneCallback"));
        await sleep("5ms");
      },
    },
    async (main) => {
      const notes: string[] = [];
      await runWell(() => main((what) => notes.push(what)));
      deepEqual(notes.sort(), [
        "addDoneCallback, later: null",
        "addDoneCallback: null",
        "callLater, later: null",
        "callLater: null",
        "callSoon, later: null",
        "callSoon: null",
      ]);
    },
  ),
  ...both(
    "getEventLoop() in a host's callback that was registered inside a run is that run's loop while it is open",
    {
      *generator(callback: () => void) {
        setImmediate(callback);
        outsideTask(() => setImmediate(callback));
        yield* fromPromise(hostTurn());
        return getRunningLoop();
      },
      async async(callback: () => void) {
        setImmediate(callback);
        outsideTask(() => setImmediate(callback));
        await hostTurn();
        return getRunningLoop();
      },
    },
    async (main) => {
      const loops: unknown[] = [];
      let late!: Promise<void>;
      const loop = await runWell(() => {
        // Comes when the run is over.
        late = new Promise((resolve) => {
          setTimeout(() => {
            loops.push(getEventLoop());
            resolve();
          }, 40);
        });
        return main(() => loops.push(getEventLoop()));
      });
      await late;
      deepEqual(
        loops.map((each) => each === loop),
        [true, true, false],
      );
    },
  ),
  ...both(
    "a callback of the host that comes when its scope has ended has the task still, and when the task has ended none",
    {
      *generator() {
        const callback = yield* timeout("1s", async () => AsyncResource.bind(name));
        return [callback(), name(), callback] as const;
      },
      async async() {
        const callback = await timeout("1s", async () => AsyncResource.bind(name));
        return [callback(), name(), callback] as const;
      },
    },
    (body) =>
      runWell(async () => {
        const [afterScope, own, callback] = await createTask(body);
        equal(afterScope, own);
        equal(callback(), null);
      }),
  ),
];
