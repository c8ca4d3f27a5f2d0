// Plain async code: no `run` anywhere.
import { deepEqual, equal, rejects } from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Future, fromPromise } from "@tsyncio/futures";
import { getEventLoop } from "@tsyncio/loop";
import { allTasks, asCompleted, createTask, currentTask, gather, race, shield, taskGroup, wait } from "@tsyncio/tasks";
import { sleep, timeout, waitFor } from "@tsyncio/timeouts";
import { both } from "../both.js";
import type { Case } from "../case.js";

export const cases: readonly Case[] = [
  ...both(
    "without run: createTask, gather and timeouts work on the default loop",
    {
      *generator(delay: "1ms" | "1h") {
        yield* sleep(delay);
        return currentTask()?.getLoop() === getEventLoop();
      },
      async async(delay: "1ms" | "1h") {
        await sleep(delay);
        return currentTask()?.getLoop() === getEventLoop();
      },
    },
    async (body) => {
      equal(await createTask(() => body("1ms")), true);
      deepEqual(
        await gather(
          () => body("1ms"),
          () => body("1ms"),
        ),
        [true, true],
      );
      equal(await timeout("1s", () => body("1ms")), true);
      equal(await waitFor(() => body("1ms"), "1s"), true);
      equal(await race([() => body("1ms"), () => body("1h")]), true);
      await rejects(Promise.resolve(timeout("5ms", () => body("1h"))), { name: "TimeoutError" });
      await rejects(Promise.resolve(waitFor(() => body("1h"), "5ms")), { name: "TimeoutError" });
      const task = createTask(() => body("1h"));
      await sleep("1ms");
      task.cancel();
      await rejects(Promise.resolve(task), { name: "CancelledError" });
      equal(allTasks().size, 0);
    },
  ),
  {
    name: "without run: sleep, futures, shield, wait, asCompleted, fromPromise and task groups work",
    async run() {
      const began = performance.now();
      equal(await sleep("10ms", "slept"), "slept");
      equal(performance.now() - began >= 9, true);
      const future = new Future<number>();
      setImmediate(() => future.setResult(1));
      equal(await future, 1);
      equal(await shield(sleep("1ms", 2)), 2);
      const [done, pending] = await wait([createTask(() => sleep("1ms")), future], { timeout: "1s" });
      deepEqual([done.size, pending.size], [2, 0]);
      const order: number[] = [];
      for await (const { task } of asCompleted([sleep("5ms", 2), sleep("1ms", 1)])) order.push(await task);
      deepEqual(order, [1, 2]);
      equal(await fromPromise(Promise.resolve(3)), 3);
      const tasks = await taskGroup(async (tg) => [
        tg.createTask(() => sleep("1ms", 4)),
        tg.createTask(() => sleep(0, 5)),
      ]);
      deepEqual(
        tasks.map((task) => task.result()),
        [4, 5],
      );
      equal(currentTask(), null);
    },
  },
  {
    name: "without run: what host callbacks set wakes the default loop at any time",
    async run() {
      const emitter = new EventEmitter();
      const future = new Future<string>();
      emitter.once("event", (value: string) => future.setResult(value));
      const task = createTask(function* () {
        return yield* future;
      });
      await new Promise((resolve) => setTimeout(resolve, 5));
      emitter.emit("event", "woken");
      equal(await task, "woken");
    },
  },
  {
    name: "without run: async functions that await beside each other keep their own place",
    async run() {
      const log: string[] = [];
      const walk = async (name: string, ms: 5 | 10) => {
        for (let i = 0; i < 2; i++) {
          await sleep(`${ms}ms`);
          log.push(`${name}${i}`);
        }
      };
      await Promise.all([walk("slow", 10), walk("fast", 5)]);
      deepEqual(log.slice(0, 1).concat(log.slice(-1)), ["fast0", "slow1"]);
    },
  },
];
