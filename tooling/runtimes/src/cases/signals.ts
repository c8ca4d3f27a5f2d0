// The signals that tasks and scopes give, and those that they take.
import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { type Body, CancelledError } from "@tsyncio/contract";
import { run } from "@tsyncio/runner";
import { createTask, currentSignal, currentTask, type Task, taskGroup } from "@tsyncio/tasks";
import { sleep, timeout } from "@tsyncio/timeouts";
import { both } from "../both.js";
import type { Case } from "../case.js";
import { runVirtually, runWell } from "../running.js";
import { slowHandler, withServer } from "../servers.js";

const me = () => currentTask() as Task<unknown>;

type Options = { signal: AbortSignal };

/** What takes a signal from outside, and how it ends when that is aborted. */
const takers: [string, (body: Body<[], void>, options: Options) => PromiseLike<unknown>, string | null][] = [
  ["createTask", (body, options) => createTask(body, options), "CancelledError"],
  ["timeout", (body, options) => timeout("1h", body, options), "CancelledError"],
  ["taskGroup", (body, options) => taskGroup(body, options), null],
];

export const cases: readonly Case[] = [
  ...both(
    "currentSignal() is that of the innermost scope, which the body gets too",
    {
      *generator(check: (signals: unknown[]) => void) {
        check([currentSignal(), me().signal]);
        yield* timeout("1s", function* (t) {
          yield* sleep(0);
          check([currentSignal(), t.signal]);
          yield* taskGroup(function* (tg) {
            yield* sleep(0);
            check([currentSignal(), tg.signal]);
          });
          check([currentSignal(), t.signal]);
        });
        check([currentSignal(), me().signal]);
      },
      async async(check: (signals: unknown[]) => void) {
        check([currentSignal(), me().signal]);
        await timeout("1s", async (t) => {
          await sleep(0);
          check([currentSignal(), t.signal]);
          await taskGroup(async (tg) => {
            await sleep(0);
            check([currentSignal(), tg.signal]);
          });
          check([currentSignal(), t.signal]);
        });
        check([currentSignal(), me().signal]);
      },
    },
    async (main) => {
      const seen: unknown[] = [];
      await runVirtually(() =>
        main(([current, given]) => {
          equal(current instanceof AbortSignal, true);
          equal(current, given);
          seen.push(current);
        }),
      );
      equal(currentSignal(), null);
      const [task, scope, group] = seen;
      deepEqual([task === scope, scope === group, task === group], [false, false, false]);
      deepEqual([seen[3] === scope, seen[4] === task], [true, true]);
    },
  ),
  ...both(
    "the signal of a cancelled scope is aborted with the CancelledError, that of the scope around it is not",
    {
      *generator() {
        let signal: AbortSignal | undefined;
        const before = me().signal;
        try {
          yield* timeout("1s", function* (t) {
            signal = t.signal;
            yield* sleep("1h");
          });
        } catch (error) {
          return [(error as Error).name, signal?.reason instanceof CancelledError, before.aborted];
        }
        return [];
      },
      async async() {
        let signal: AbortSignal | undefined;
        const before = me().signal;
        try {
          await timeout("1s", async (t) => {
            signal = t.signal;
            await sleep("1h");
          });
        } catch (error) {
          return [(error as Error).name, signal?.reason instanceof CancelledError, before.aborted];
        }
        return [];
      },
    },
    async (main) => deepEqual(await runVirtually(main), ["TimeoutError", true, false]),
  ),
  ...both(
    "cancelling a task aborts the signals of all its scopes; a fresh one follows when cancelling() is 0 again",
    {
      *generator() {
        const signals = [me().signal];
        try {
          yield* timeout("1h", function* (t) {
            signals.push(t.signal);
            yield* sleep("1h");
          });
        } catch {}
        const reasons = signals.map((signal) => (signal.reason as Error).message);
        const left = me().uncancel();
        signals.push(me().signal);
        yield* sleep(0);
        return { reasons, left, signals };
      },
      async async() {
        const signals = [me().signal];
        try {
          await timeout("1h", async (t) => {
            signals.push(t.signal);
            await sleep("1h");
          });
        } catch {}
        const reasons = signals.map((signal) => (signal.reason as Error).message);
        const left = me().uncancel();
        signals.push(me().signal);
        await sleep(0);
        return { reasons, left, signals };
      },
    },
    (main) =>
      runVirtually(async () => {
        const task = createTask(main);
        await sleep("1s");
        task.cancel("enough");
        const { reasons, left, signals } = await task;
        deepEqual([reasons, left], [["enough", "enough"], 0]);
        deepEqual(
          signals.map((signal) => signal.aborted),
          [true, true, false],
        );
        notEqual(signals[0], signals[2]);
      }),
  ),
  ...both(
    "after three timed-out fetches in a row in one task the fourth succeeds",
    {
      *generator(url: string) {
        const outcomes: string[] = [];
        for (const path of ["slow", "slow", "slow", "fast"]) {
          try {
            const delay = path === "fast" ? "5s" : "20ms";
            const body = () => fetch(url + path, { signal: currentSignal() });
            const response = yield* timeout(delay, body);
            outcomes.push(yield* timeout("5s", () => response.text()));
          } catch (error) {
            outcomes.push((error as Error).name);
          }
        }
        return outcomes;
      },
      async async(url: string) {
        const outcomes: string[] = [];
        for (const path of ["slow", "slow", "slow", "fast"]) {
          try {
            const delay = path === "fast" ? "5s" : "20ms";
            const response = await timeout(delay, async (t) => await fetch(url + path, { signal: t.signal }));
            outcomes.push(await response.text());
          } catch (error) {
            outcomes.push((error as Error).name);
          }
        }
        return outcomes;
      },
    },
    (main) =>
      withServer(slowHandler, async (url) => {
        const outcomes = await runWell(() => main(url));
        deepEqual(outcomes, ["TimeoutError", "TimeoutError", "TimeoutError", "fast"]);
      }),
  ),
  ...takers.flatMap(([name, take, end]) =>
    both(
      `${name} takes a signal from outside, aborted later or from the start`,
      {
        *generator() {
          yield* sleep("1h");
        },
        async async() {
          await sleep("1h");
        },
      },
      (body) =>
        runVirtually(async () => {
          const controller = new AbortController();
          const { signal } = controller;
          for (const before of [false, true]) {
            const taken = createTask(async () => {
              await take(body, { signal });
            });
            if (!before) {
              await sleep("1s");
              controller.abort();
            }
            const error = await taken.catch((caught) => (caught as Error).name);
            equal(error ?? null, end);
          }
        }),
    ),
  ),
  ...both(
    "run takes a signal from outside",
    {
      *generator(log: string[]) {
        try {
          yield* sleep("1h");
        } finally {
          yield* sleep(0);
          log.push("cleaned up");
        }
      },
      async async(log: string[]) {
        try {
          await sleep("1h");
        } finally {
          await sleep(0);
          log.push("cleaned up");
        }
      },
    },
    async (main) => {
      const log: string[] = [];
      const controller = new AbortController();
      setImmediate(() => controller.abort());
      await rejects(
        run(() => main(log), { signal: controller.signal }),
        { name: "CancelledError" },
      );
      deepEqual(log, ["cleaned up"]);
    },
  ),
];
