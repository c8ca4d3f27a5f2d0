// What becomes a task, and what runs in the task that is there.
import { deepEqual, equal, notEqual, rejects, throws } from "node:assert/strict";
import { Future } from "@tsyncio/futures";
import { run } from "@tsyncio/runner";
import {
  coroutine,
  createTask,
  currentTask,
  ensureFuture,
  gather,
  race,
  shield,
  taskGroup,
  wait,
} from "@tsyncio/tasks";
import { sleep, waitFor } from "@tsyncio/timeouts";
import { both } from "../both.js";
import type { Case } from "../case.js";
import { runVirtually } from "../running.js";

const notACoroutine = { name: "TypeError", message: /a coroutine was expected, got / };

export const cases: readonly Case[] = [
  {
    name: "createTask refuses promises and futures, which run already",
    run: () =>
      runVirtually(async () => {
        const fetchData = async () => 1;
        // @ts-expect-error
        throws(() => createTask(fetchData()), notACoroutine);
        // @ts-expect-error
        throws(() => createTask(new Future<number>()), notACoroutine);
        const task = createTask(fetchData);
        // @ts-expect-error
        throws(() => createTask(task), notACoroutine);
        // @ts-expect-error
        throws(() => createTask(1), notACoroutine);
        equal(await task, 1);
      }),
  },
  {
    name: "run and task groups refuse promises and futures too",
    run: () =>
      runVirtually(async () => {
        await taskGroup(async (tg) => {
          // @ts-expect-error
          throws(() => tg.createTask(Promise.resolve(1)), notACoroutine);
        });
      }).then(async () => {
        // @ts-expect-error
        await rejects(run(Promise.resolve(1)), notACoroutine);
      }),
  },
  ...both(
    "createTask calls a function at the first step of the task",
    {
      *generator(log: string[]) {
        const task = createTask(function* () {
          log.push("called");
        });
        log.push("created");
        yield* task;
      },
      async async(log: string[]) {
        const task = createTask(async () => {
          log.push("called");
        });
        log.push("created");
        await task;
      },
    },
    async (main) => {
      const log: string[] = [];
      await runVirtually(() => main(log));
      deepEqual(log, ["created", "called"]);
    },
  ),
  {
    name: "a task runs a coroutine, a generator object, and functions that return an awaitable of any kind",
    run: () =>
      runVirtually(async () => {
        function* plain() {
          yield;
          return 2;
        }
        const sources = [
          () => coroutine(plain)(),
          plain(),
          plain,
          async () => 2,
          () => Promise.resolve(2),
          () => sleep("1s", 2),
          () => createTask(plain),
        ];
        deepEqual(
          await Promise.all(sources.map((source) => createTask(source))),
          sources.map(() => 2),
        );
        await rejects(Promise.resolve(createTask(() => 2 as never)), { name: "TypeError", message: /returned 2$/ });
      }),
  },
  ...both(
    "a function stands for a fresh coroutine each time it is given",
    {
      *generator() {
        const f = function* () {
          yield* sleep(0);
          return currentTask()?.getName();
        };
        return yield* gather(f, f);
      },
      async async() {
        const f = async () => {
          await sleep(0);
          return currentTask()?.getName();
        };
        return await gather(f, f);
      },
    },
    async (main) => {
      const [one, other] = await runVirtually(main);
      notEqual(one, undefined);
      notEqual(other, undefined);
      notEqual(one, other);
    },
  ),
  {
    name: "a future, task or coroutine given twice is the same one",
    run: () =>
      runVirtually(async () => {
        let runs = 0;
        const once = coroutine(function* once() {
          yield* sleep(0);
          return ++runs;
        });
        const c = once();
        deepEqual(await gather(c, c), [1, 1]);
        const task = createTask(once());
        deepEqual(await gather(task, task), [2, 2]);
        const [done] = await wait([task, task]);
        equal(done.size, 1);
      }),
  },
  ...both(
    "gather, wait, waitFor, shield and race take futures and promises as well",
    {
      *generator() {
        const future = new Future<number>();
        future.setResult(1);
        const promise = Promise.resolve(2);
        const [done] = yield* wait([ensureFuture(promise), future, () => sleep(0, 3)]);
        return [
          yield* gather(future, promise),
          done.size,
          yield* waitFor(promise, "1s"),
          yield* shield(promise),
          yield* race(promise),
        ];
      },
      async async() {
        const future = new Future<number>();
        future.setResult(1);
        const promise = Promise.resolve(2);
        const [done] = await wait([ensureFuture(promise), future, () => sleep(0, 3)]);
        return [
          await gather(future, promise),
          done.size,
          await waitFor(promise, "1s"),
          await shield(promise),
          await race(promise),
        ];
      },
    },
    async (main) => deepEqual(await runVirtually(main), [[1, 2], 3, 2, 2, 2]),
  ),
  ...both(
    "waitFor calls a function in the current task, whether its delay is null or above 0",
    {
      *generator() {
        const f = function* () {
          yield* sleep(0);
          return currentTask()?.getName();
        };
        return [yield* waitFor(f, null), yield* waitFor(f, "1s"), currentTask()?.getName()];
      },
      async async() {
        const f = async () => {
          await sleep(0);
          return currentTask()?.getName();
        };
        return [await waitFor(f, null), await waitFor(f, "1s"), currentTask()?.getName()];
      },
    },
    async (main) => {
      const [withNull, withDelay, current] = await runVirtually(main);
      notEqual(current, undefined);
      deepEqual([withNull, withDelay], [current, current]);
    },
  ),
  ...both(
    "waitFor with a delay of 0 never starts a function, and takes a result that is there",
    {
      *generator() {
        const ready = new Future<string>();
        ready.setResult("there");
        let calls = 0;
        try {
          yield* waitFor(function* () {
            calls++;
          }, 0);
        } catch (error) {
          return [(error as Error).name, calls, yield* waitFor(ready, 0)];
        }
        return [];
      },
      async async() {
        const ready = new Future<string>();
        ready.setResult("there");
        let calls = 0;
        try {
          await waitFor(async () => {
            calls++;
          }, 0);
        } catch (error) {
          return [(error as Error).name, calls, await waitFor(ready, 0)];
        }
        return [];
      },
    },
    async (main) => deepEqual(await runVirtually(main), ["TimeoutError", 0, "there"]),
  ),
  {
    name: "an async function that becomes a task is given the task; a coroutine function is not",
    run: () =>
      runVirtually(async () => {
        const [given, current] = await createTask(async (task) => {
          await sleep(0);
          return [task.getName(), currentTask()?.getName()];
        });
        equal(given, current);
        const argumentCount = coroutine(function* (...args: unknown[]) {
          return args.length;
        });
        equal(await createTask(argumentCount), 0);
      }),
  },
  ...both(
    "gather infers a tuple of the right types",
    {
      *generator() {
        const [a, b, c] = yield* gather(sleep(0, 1), async () => "two", Promise.resolve(true));
        const typed: [number, string, boolean] = [a, b, c];
        return typed;
      },
      async async() {
        const [a, b, c] = await gather(sleep(0, 1), async () => "two", Promise.resolve(true));
        const typed: [number, string, boolean] = [a, b, c];
        return typed;
      },
    },
    async (main) => deepEqual(await runVirtually(main), [1, "two", true]),
  ),
];
