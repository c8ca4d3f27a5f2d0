// What `await` and `yield*` do with an awaitable, and what other uses of it do.
import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { RuntimeError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { asCompleted, coroutine, createTask, type Task } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";
import { both } from "../both.js";
import type { Case } from "../case.js";
import { runVirtually } from "../running.js";
import { warningsOf } from "../warnings.js";

const three = coroutine(function* three() {
  yield* sleep(0);
  return 3;
});

const awaitables = {
  "a future": () => new Future<number>(),
  "a task": () => createTask(three()),
  "a coroutine": () => three(),
  sleep: () => sleep("1ms"),
};

/** Cancels `task` once it waits, and then lets it go on by what it waits for. */
async function cancelWhileItWaits(task: Task, future: Future<void>): Promise<boolean> {
  await sleep(0);
  task.cancel();
  const reached = future.cancelled();
  if (!reached) future.setResult();
  await rejects(Promise.resolve(task), { name: "CancelledError" });
  return reached;
}

export const cases: readonly Case[] = [
  ...both(
    "waiting for a future passes a cancellation on to it",
    {
      *generator(future: Future<void>) {
        yield* future;
      },
      async async(future: Future<void>) {
        await future;
      },
    },
    (waits) =>
      runVirtually(async () => {
        const future = new Future<void>();
        equal(
          await cancelWhileItWaits(
            createTask(() => waits(future)),
            future,
          ),
          true,
        );
      }),
  ),
  {
    name: "then is a wait; catch and finally only observe",
    run: () =>
      runVirtually(async () => {
        const uses: [string, (future: Future<void>) => Promise<unknown>][] = [
          ["then", (future) => future.then(() => {})],
          ["catch", (future) => future.catch(() => {})],
          ["finally", (future) => future.finally(() => {})],
        ];
        const reached: string[] = [];
        for (const [name, use] of uses) {
          const future = new Future<void>();
          const task = createTask(async () => {
            await use(future);
          });
          if (await cancelWhileItWaits(task, future)) reached.push(name);
        }
        deepEqual(reached, ["then"]);
      }),
  },
  ...both(
    "addDoneCallback only observes",
    {
      *generator(future: Future<void>, other: Future<void>) {
        future.addDoneCallback(() => {});
        yield* other;
      },
      async async(future: Future<void>, other: Future<void>) {
        future.addDoneCallback(() => {});
        await other;
      },
    },
    (waits) =>
      runVirtually(async () => {
        const future = new Future<void>();
        const other = new Future<void>();
        await cancelWhileItWaits(
          createTask(() => waits(future, other)),
          other,
        );
        equal(future.done(), false);
      }),
  ),
  {
    name: "await flattens an awaitable result, yield* does not",
    run: () =>
      runVirtually(async () => {
        const inner = new Future<number>();
        inner.setResult(7);
        const outer = new Future<unknown>();
        outer.setResult(inner);
        const gives = coroutine(function* gives() {
          return inner as unknown;
        });
        equal(await outer, 7);
        equal(await gives(), 7);
        const [byFuture, byCoroutine] = await createTask(function* () {
          return [(yield* outer) === inner, (yield* gives()) === inner];
        });
        deepEqual([byFuture, byCoroutine], [true, true]);
      }),
  },
  {
    name: "in debug mode a future warns of an awaitable as its result",
    async run() {
      const warnings = await warningsOf(() =>
        runVirtually(async () => {
          const future = new Future<unknown>();
          future.getLoop().setDebug(true);
          future.setResult(Promise.resolve(1));
        }),
      );
      equal(warnings.length, 1);
      equal(/was given an awaitable as its result/.test(warnings[0] ?? ""), true, warnings[0]);
    },
  },
  {
    name: "for await over asCompleted gives the very tasks",
    run: () =>
      runVirtually(async () => {
        const tasks = [createTask(() => sleep("2s", "late")), createTask(() => sleep("1s", "soon"))];
        const order: (string | undefined)[] = [];
        for await (const { task } of asCompleted(tasks)) {
          equal(tasks.includes(task as (typeof tasks)[number]), true);
          order.push(await task);
        }
        deepEqual(order, ["soon", "late"]);
      }),
  },
  ...Object.entries(awaitables).map(
    ([name, make]): Case => ({
      name: `yield* of ${name} in an async generator throws`,
      run: () =>
        runVirtually(async () => {
          const awaitable = make() as Future<unknown>;
          async function* misuse() {
            // @ts-expect-error
            yield* awaitable;
          }
          await rejects(misuse().next(), { name: "TypeError", message: /in an async generator: write await$/ });
          dispose(awaitable);
        }),
    }),
  ),
  ...Object.entries(awaitables).map(
    ([name, make]): Case => ({
      name: `the iterator of ${name} throws at its second step when no task drives it`,
      run: () =>
        runVirtually(async () => {
          const awaitable = make();
          throws(() => Array.from(awaitable as Iterable<unknown>), RuntimeError);
          dispose(awaitable);
        }),
    }),
  ),
  {
    name: "futures, tasks and coroutines fit wherever a promise does",
    run: () =>
      runVirtually(async () => {
        const ready = new Future<number>();
        ready.setResult(1);
        const promises: Promise<number>[] = [ready, createTask(three()), three()];
        deepEqual(
          promises.map(String).map((text) => /^<(\w+)/.exec(text)?.[1]),
          ["Future", "Task", "Coroutine"],
        );
        deepEqual(
          promises.map((promise) => promise[Symbol.toStringTag]),
          ["Future", "Task", "Coroutine"],
        );
        deepEqual(await Promise.all(promises), [1, 3, 3]);
        equal(await three().finally(() => {}), 3);
        const failed = new Future<number>();
        failed.setException(new RangeError("no"));
        equal(await failed.catch((error) => (error as Error).message), "no");
      }),
  },
];

function dispose(awaitable: object): void {
  if ("cancel" in awaitable) (awaitable as Future<unknown>).cancel();
}
