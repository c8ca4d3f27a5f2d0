// How deep coroutines may call each other, and what is known of their calls.
import { deepEqual, equal, rejects } from "node:assert/strict";
import type { CoroutineGenerator } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { type Coroutine, coroutine, createTask } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";
import { both } from "../both.js";
import type { Case } from "../case.js";
import { runWell } from "../running.js";

/** Calls itself `depth` times, and takes `turns` turns at the bottom. */
const deepGenerator: (depth: number, turns: number) => Coroutine<void> = coroutine(function* deep(
  depth: number,
  turns: number,
): CoroutineGenerator<void> {
  if (depth > 0) yield* deepGenerator(depth - 1, turns);
  else for (let i = 0; i < turns; i++) yield* sleep(0);
});

async function deepAsync(depth: number, turns: number): Promise<void> {
  if (depth > 0) await deepAsync(depth - 1, turns);
  else for (let i = 0; i < turns; i++) await sleep(0);
}

const innermost = coroutine(function* innermost(): CoroutineGenerator<void> {
  yield* sleep(0);
  throw new RangeError("far down");
});
const middle = coroutine(function* middle() {
  yield* innermost();
});
const childTask = coroutine(function* childTask() {
  yield* middle();
});
const waiter = coroutine(function* waiter() {
  yield* createTask(childTask());
});

async function asyncInnermost() {
  await sleep(0);
  throw new RangeError("far down");
}
async function asyncMiddle() {
  await asyncInnermost();
}
async function asyncChildTask() {
  await asyncMiddle();
}
async function asyncWaiter() {
  await createTask(asyncChildTask);
}

export const cases: readonly Case[] = [
  ...both(
    "a resume at depth 200 costs about as much as one at depth 1",
    {
      *generator(depth: number, turns: number) {
        yield* deepGenerator(depth, turns);
      },
      async async(depth: number, turns: number) {
        await deepAsync(depth, turns);
      },
    },
    (body) =>
      runWell(async () => {
        const best = { 1: Number.POSITIVE_INFINITY, 200: Number.POSITIVE_INFINITY };
        let ratio = Number.POSITIVE_INFINITY;
        // The best of several rounds, taken in turn: compilers and others use the machine, too.
        for (let round = 0; round < 20 && (round < 3 || ratio >= 4); round++) {
          for (const depth of [1, 200] as const) {
            const began = performance.now();
            await createTask(() => body(depth, 10_000));
            best[depth] = Math.min(best[depth], performance.now() - began);
          }
          ratio = best[200] / best[1];
        }
        equal(ratio < 4, true, `${ratio} times the cost`);
      }),
  ),
  ...both(
    "coroutines may call each other 10,000 deep",
    {
      *generator(depth: number) {
        yield* deepGenerator(depth, 3);
      },
      async async(depth: number) {
        await deepGenerator(depth, 3);
      },
    },
    (body) => runWell(() => body(10_000)),
  ),
  ...both(
    "the trace of an error names the chain of functions that it came through, across tasks",
    {
      *generator() {
        yield* waiter();
      },
      async: asyncWaiter,
    },
    (main, kind) =>
      runWell(async () => {
        const stack = await createTask(main).catch((error) => String((error as Error).stack));
        const names =
          kind === "generator"
            ? ["innermost", "middle", "childTask", "waiter"]
            : ["asyncInnermost", "asyncMiddle", "asyncChildTask", "asyncWaiter"];
        const places = names.map((name) => String(stack).search(new RegExp(`\\b${name}\\b`)));
        const sorted = [...places].sort((a, b) => a - b);
        deepEqual([places[0]! >= 0, places], [true, sorted], String(stack));
      }),
  ),
  {
    name: "getStack names the coroutines of a task that waits, the outermost first",
    run: () =>
      runWell(async () => {
        const future = new Future<void>();
        const inner = coroutine(function* inner() {
          yield* future;
        });
        const outer = coroutine(function* outer() {
          yield* inner();
        });
        const task = createTask(outer());
        await sleep(0);
        deepEqual(
          task.getStack().map(({ name }) => name),
          ["outer", "inner"],
        );
        task.cancel();
        await rejects(Promise.resolve(task), { name: "CancelledError" });
        deepEqual(task.getStack(), []);
      }),
  },
];
