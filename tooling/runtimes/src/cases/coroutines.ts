import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { type Awaitable, RuntimeError } from "@tsyncio/contract";
import { getEventLoop, getRunningLoop } from "@tsyncio/loop";
import { allTasks, type Coroutine, coroutine, createTask, currentTask, gather, isCoroutine } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";
import { both } from "../both.js";
import type { Case } from "../case.js";
import { runVirtually } from "../running.js";

const ran: string[] = [];
const say = coroutine(function* say(what: string) {
  ran.push(what);
  return what.length;
});

/** What `say` has said since this was last asked. */
const said = () => ran.splice(0);

/** The task that runs it, by name: `await` would wait for a task that it is given. */
const whoRunsMe = coroutine(function* whoRunsMe() {
  return currentTask()?.getName();
});

const uses: ((hello: Coroutine<number>) => Awaitable<unknown>)[] = [(c) => c, (c) => gather(c), (c) => createTask(c)];
const again = { name: "RuntimeError", message: /^cannot reuse already awaited coroutine/ };

export const cases: readonly Case[] = [
  ...both(
    "a coroutine runs nothing until it is awaited",
    {
      *generator() {
        const hello = say("hello");
        yield* sleep(0);
        deepEqual([isCoroutine(hello), said()], [true, []]);
        return yield* hello;
      },
      async async() {
        const hello = say("hello");
        await sleep(0);
        deepEqual([isCoroutine(hello), said()], [true, []]);
        return await hello;
      },
    },
    async (main) => {
      equal(await runVirtually(main), 5);
      deepEqual(said(), ["hello"]);
    },
  ),
  ...both(
    "a coroutine is for one use",
    {
      *generator() {
        const errors: unknown[] = [];
        for (const use of uses) {
          const hello = say("hello");
          yield* hello;
          try {
            yield* use(hello);
          } catch (error) {
            errors.push(error);
          }
        }
        return errors;
      },
      async async() {
        const errors: unknown[] = [];
        for (const use of uses) {
          const hello = say("hello");
          await hello;
          try {
            await use(hello);
          } catch (error) {
            errors.push(error);
          }
        }
        return errors;
      },
    },
    async (main) => {
      const errors = await runVirtually(main);
      equal(errors.length, 3);
      for (const error of errors) await rejects(Promise.reject(error), again);
      deepEqual(said(), ["hello", "hello", "hello"]);
    },
  ),
  ...both(
    "a coroutine that is awaited runs inline in the current task, without a turn of the loop",
    {
      *generator() {
        const order: string[] = [];
        getRunningLoop().callSoon(() => order.push("turn"));
        const runner = yield* whoRunsMe();
        order.push("awaited");
        yield* sleep(0);
        return [runner === currentTask()?.getName(), order];
      },
      async async() {
        const order: string[] = [];
        getRunningLoop().callSoon(() => order.push("turn"));
        const runner = await whoRunsMe();
        order.push("awaited");
        await sleep(0);
        return [runner === currentTask()?.getName(), order];
      },
    },
    async (main) => deepEqual(await runVirtually(main), [true, ["awaited", "turn"]]),
  ),
  ...both(
    "a coroutine that becomes a task has a task of its own",
    {
      *generator() {
        return [yield* createTask(whoRunsMe()), currentTask()?.getName()];
      },
      async async() {
        return [await createTask(whoRunsMe()), currentTask()?.getName()];
      },
    },
    async (main) => {
      const [child, parent] = await runVirtually(main);
      notEqual(child, undefined);
      notEqual(child, parent);
    },
  ),
  {
    name: "a coroutine that is awaited outside any task becomes a task of the default loop",
    async run() {
      equal(currentTask(), null);
      const waiting = coroutine(function* waiting() {
        const task = currentTask();
        const listed = allTasks(getEventLoop()).has(task!);
        yield* sleep("1ms");
        return { task, listed };
      });
      const { task, listed } = await waiting();
      deepEqual([task?.getLoop() === getEventLoop(), listed, task?.done()], [true, true, true]);
      equal(allTasks().size, 0);
    },
  },
  {
    name: "a coroutine inside Promise.all runs in the current task, beside the others",
    run: () =>
      runVirtually(async () => {
        const log: string[] = [];
        const count = coroutine(function* count(name: string) {
          for (let i = 1; i <= 2; i++) {
            log.push(`${name}${i}`);
            yield* sleep("1s");
          }
          return currentTask()?.getName();
        });
        const runners = await Promise.all([count("a"), count("b")]);
        deepEqual(log, ["a1", "b1", "a2", "b2"]);
        const me = currentTask()?.getName();
        deepEqual(runners, [me, me]);
      }),
  },
  {
    name: "closing a coroutine runs its finally blocks, and it cannot be used after that",
    run: () =>
      runVirtually(function* () {
        const waiter = coroutine(function* waiter() {
          try {
            yield* sleep("1h");
          } finally {
            ran.push("closed");
          }
        })();
        const unused = say("never");
        unused.close();
        deepEqual(said(), []);
        try {
          yield* unused;
          throw new Error("a closed coroutine ran");
        } catch (error) {
          equal(error instanceof RuntimeError, true, String(error));
        }
        waiter.close();
        deepEqual(said(), []);
      }),
  },
];
