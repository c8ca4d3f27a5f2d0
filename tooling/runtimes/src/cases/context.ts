// The async context: what stands in an AsyncLocalStorage while a coroutine runs.
import { deepEqual, equal } from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import type { CoroutineGenerator } from "@tsyncio/contract";
import { fromPromise } from "@tsyncio/futures";
import { getRunningLoop } from "@tsyncio/loop";
import {
  copyContext,
  coroutine,
  createTask,
  currentTask,
  gather,
  type Task,
  taskGroup,
  withContext,
} from "@tsyncio/tasks";
import { sleep, timeout } from "@tsyncio/timeouts";
import { both, type Kinds } from "../both.js";
import type { Case } from "../case.js";
import { runProgram } from "../programs.js";
import { runWell } from "../running.js";

const request = new AsyncLocalStorage<string>();

/** A turn of the host. */
const hostTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

const nested = coroutine(function* nested(look: () => void): CoroutineGenerator<void> {
  look();
  yield* sleep("1ms");
  look();
});

/** Looks into the storage before and after waits of every sort, in helpers and scopes. */
const lookers: Kinds<[look: () => void], void> = {
  *generator(look) {
    look();
    yield* sleep(0);
    look();
    yield* nested(look);
    yield* fromPromise(hostTurn());
    look();
    yield* timeout("1s", function* () {
      yield* sleep("1ms");
      look();
    });
    yield* taskGroup(function* (tg) {
      tg.createTask(() => nested(look));
      yield* sleep("1ms");
      look();
    });
    look();
  },
  async async(look) {
    look();
    await sleep(0);
    look();
    await nested(look);
    await hostTurn();
    look();
    await timeout("1s", async () => {
      await sleep("1ms");
      look();
    });
    await taskGroup(async (tg) => {
      tg.createTask(() => nested(look));
      await sleep("1ms");
      look();
    });
    look();
  },
};

const LOOKS = 10;

export const cases: readonly Case[] = [
  ...both("a value that was set before createTask holds in every step of the task", lookers, (body) =>
    runWell(async () => {
      const seen = new Map<string, (string | undefined)[]>();
      const tasks: Task<void>[] = [];
      for (const id of ["one", "two", "three"]) {
        const values: (string | undefined)[] = [];
        seen.set(id, values);
        request.run(id, () => tasks.push(createTask(() => body(() => values.push(request.getStore())))));
      }
      for (const task of tasks) await task;
      for (const [id, values] of seen) deepEqual(values, Array(LOOKS).fill(id));
      equal(request.getStore(), undefined);
    }),
  ),
  ...both("a value that was set around run holds in main", lookers, async (body) => {
    const values: (string | undefined)[] = [];
    await request.run("outside", () => runWell(() => body(() => values.push(request.getStore()))));
    deepEqual(values, Array(LOOKS).fill("outside"));
  }),
  ...both(
    "a task of a value's own hands it on to the tasks that it makes",
    {
      *generator(values: unknown[]) {
        yield* sleep(0);
        yield* createTask(function* () {
          yield* sleep(0);
          values.push(request.getStore());
        });
        yield* gather(
          function* () {
            values.push(request.getStore());
          },
          async () => {
            await sleep(0);
            values.push(request.getStore());
          },
        );
      },
      async async(values: unknown[]) {
        await sleep(0);
        await createTask(async () => {
          await sleep(0);
          values.push(request.getStore());
        });
        await gather(
          function* () {
            values.push(request.getStore());
          },
          async () => {
            await sleep(0);
            values.push(request.getStore());
          },
        );
      },
    },
    (main) =>
      runWell(async () => {
        const values: unknown[] = [];
        await request.run("mine", () => createTask(() => main(values)));
        deepEqual(values, ["mine", "mine", "mine"]);
      }),
  ),
  ...both(
    "what a task changes in its context does not leak out of it",
    {
      *generator(id: string, log: unknown[]) {
        request.enterWith(id);
        log.push(request.getStore());
        yield* sleep(0);
        yield* sleep("1ms");
      },
      async async(id: string, log: unknown[]) {
        request.enterWith(id);
        log.push(request.getStore());
        await sleep(0);
        await sleep("1ms");
        equal(request.getStore(), id);
      },
    },
    (body) =>
      runWell(async () => {
        const log: unknown[] = [];
        await request.run("creator", async () => {
          const bystander = createTask(function* () {
            for (let i = 0; i < 4; i++) {
              yield* sleep(0);
              log.push(request.getStore());
            }
          });
          const tasks = ["a", "b"].map((id) => createTask(() => body(id, log)));
          getRunningLoop().callSoon(() => log.push(request.getStore()));
          await bystander;
          for (const task of tasks) await task;
          log.push(request.getStore());
        });
        deepEqual(log, ["a", "b", "creator", "creator", "creator", "creator", "creator", "creator"]);
        equal(request.getStore(), undefined);
      }),
  ),
  ...both(
    "withContext runs a body in another context, also after its waits, and then the own one is back",
    {
      *generator(log: unknown[]) {
        const other = request.run("other", () => copyContext());
        const me = currentTask();
        const result = yield* withContext(other, function* () {
          log.push(request.getStore());
          yield* sleep("1ms");
          log.push(request.getStore(), currentTask() === me);
          return "result";
        });
        log.push(request.getStore(), result);
        yield* sleep("1ms");
        log.push(request.getStore());
      },
      async async(log: unknown[]) {
        const other = request.run("other", () => copyContext());
        const me = currentTask();
        const result = await withContext(other, async () => {
          log.push(request.getStore());
          await sleep("1ms");
          log.push(request.getStore(), currentTask() === me);
          return "result";
        });
        log.push(request.getStore(), result);
        await sleep("1ms");
        log.push(request.getStore());
      },
    },
    (main) =>
      runWell(async () => {
        const log: unknown[] = [];
        await request.run("own", () => createTask(() => main(log)));
        deepEqual(log, ["other", "other", true, "own", "result", "own"]);
      }),
  ),
  ...both("createTask takes a context, and copyContext gives one to run functions in", lookers, (body) =>
    runWell(async () => {
      const context = request.run("given", () => copyContext());
      equal(
        context.run(() => request.getStore()),
        "given",
      );
      const values: unknown[] = [];
      await createTask(() => body(() => values.push(request.getStore())), { context });
      deepEqual(values, Array(LOOKS).fill("given"));
    }),
  ),
  ...both(
    "callbacks keep the context of their registration",
    {
      *generator(note: (what: string) => void) {
        const loop = getRunningLoop();
        request.run("registered", () => {
          loop.callSoon(() => note(`callSoon ${request.getStore()}`));
          loop.callLater("1ms", () => note(`callLater ${request.getStore()}`));
          createTask(() => sleep(0)).addDoneCallback(() => note(`addDoneCallback ${request.getStore()}`));
        });
        yield* sleep("5ms");
      },
      async async(note: (what: string) => void) {
        const loop = getRunningLoop();
        request.run("registered", () => {
          loop.callSoon(() => note(`callSoon ${request.getStore()}`));
          loop.callLater("1ms", () => note(`callLater ${request.getStore()}`));
          createTask(() => sleep(0)).addDoneCallback(() => note(`addDoneCallback ${request.getStore()}`));
        });
        await sleep("5ms");
      },
    },
    async (main) => {
      const notes: string[] = [];
      await runWell(() => main((what) => notes.push(what)));
      deepEqual(notes.sort(), ["addDoneCallback registered", "callLater registered", "callSoon registered"]);
    },
  ),
  {
    name: "the turns of the default loop keep no context of whoever woke it",
    async run() {
      const loop = request.run("waker", () => createTask(() => sleep("1ms")).getLoop());
      const seen = await new Promise((resolve) => {
        loop.callLater("2ms", () => resolve(request.getStore()), { context: null });
      });
      equal(seen, undefined);
    },
  },
  {
    name: "no storage is made for the scopes before an async function runs as a body",
    async run() {
      const { lines } = await runProgram("storage");
      deepEqual(lines, ["plain awaits: false", "generator tasks: false", "async tasks: true"]);
    },
  },
];
