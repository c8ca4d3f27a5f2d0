// A real OpenTelemetry context manager, with spans around and inside coroutines.
import { deepEqual, equal } from "node:assert/strict";
import { context, type Span, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { fromPromise } from "@tsyncio/futures";
import { copyContext, createTask, taskGroup, withContext } from "@tsyncio/tasks";
import { sleep, timeout } from "@tsyncio/timeouts";
import { both } from "../both.js";
import type { Case } from "../case.js";
import { runWell } from "../running.js";

/** A span that is known by its id, as one that came in with a request. */
const span = (id: number): Span =>
  trace.wrapSpanContext({ traceId: "1".padStart(32, "0"), spanId: String(id).padStart(16, "0"), traceFlags: 1 });

/** Runs `fn` with a span active. */
const within = <R>(id: number, fn: () => R): R => context.with(trace.setSpan(context.active(), span(id)), fn);

/** The id of the active span. */
const active = () => Number(trace.getActiveSpan()?.spanContext().spanId ?? 0);

/** Runs `body` while the context manager is the process's own. */
async function withTelemetry(body: () => Promise<void>): Promise<void> {
  const manager = new AsyncLocalStorageContextManager();
  manager.enable();
  context.setGlobalContextManager(manager);
  try {
    await body();
  } finally {
    context.disable();
  }
}

const hostTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

export const cases: readonly Case[] = [
  ...both(
    "a span around createTask is active in every step, and tasks of different spans do not mix",
    {
      *generator(log: number[]) {
        log.push(active());
        yield* sleep("1ms");
        log.push(active());
        yield* fromPromise(hostTurn());
        log.push(active());
        yield* taskGroup(function* (tg) {
          tg.createTask(function* () {
            yield* sleep("1ms");
            log.push(active());
          });
        });
        log.push(active());
      },
      async async(log: number[]) {
        log.push(active());
        await sleep("1ms");
        log.push(active());
        await hostTurn();
        log.push(active());
        await taskGroup(async (tg) => {
          tg.createTask(async () => {
            await sleep("1ms");
            log.push(active());
          });
        });
        log.push(active());
      },
    },
    (body) =>
      withTelemetry(() =>
        runWell(async () => {
          const logs: number[][] = [[], [], []];
          const tasks = logs.map((log, id) => within(id + 1, () => createTask(() => body(log))));
          for (const task of tasks) await task;
          deepEqual(
            logs,
            [1, 2, 3].map((id) => Array(5).fill(id)),
          );
          equal(active(), 0);
        }),
      ),
  ),
  ...both(
    "a span inside a coroutine is active across its waits, and the outer one is back after that",
    {
      *generator(log: number[]) {
        log.push(active());
        const inner = within(2, () => copyContext());
        yield* withContext(inner, function* () {
          log.push(active());
          yield* timeout("1s", function* () {
            yield* sleep("1ms");
            log.push(active());
          });
        });
        log.push(active());
        yield* sleep("1ms");
        log.push(active());
      },
      async async(log: number[]) {
        log.push(active());
        await within(2, async () => {
          log.push(active());
          await timeout("1s", async () => {
            await sleep("1ms");
            log.push(active());
          });
        });
        log.push(active());
        await sleep("1ms");
        log.push(active());
      },
    },
    (body) =>
      withTelemetry(() =>
        runWell(async () => {
          const log: number[] = [];
          await within(1, () => createTask(() => body(log)));
          deepEqual(log, [1, 2, 2, 1, 1]);
        }),
      ),
  ),
  ...both(
    "a span around run is active in main",
    {
      *generator() {
        yield* sleep("1ms");
        return active();
      },
      async async() {
        await sleep("1ms");
        return active();
      },
    },
    (main) =>
      withTelemetry(async () => {
        equal(await within(7, () => runWell(main)), 7);
        equal(active(), 0);
      }),
  ),
];
