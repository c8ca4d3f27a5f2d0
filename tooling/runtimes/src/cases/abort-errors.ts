// Functions of the host that tell of a cancellation in their own way: by the signal's reason, or by an AbortError.
import { deepEqual, equal, rejects } from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { mkdtemp, rm, watch, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as hostSleep, setInterval as intervals } from "node:timers/promises";
import { promisify } from "node:util";
import { fromPromise } from "@tsyncio/futures";
import { createTask, currentSignal, currentTask, type Task } from "@tsyncio/tasks";
import { sleep, timeout } from "@tsyncio/timeouts";
import { both, type Kinds } from "../both.js";
import type { Case } from "../case.js";
import { runWell } from "../running.js";
import { slowHandler, withServer } from "../servers.js";

/** Work of the host that lasts until its signal is aborted. */
type HostWork = (signal: AbortSignal) => Promise<unknown>;

const hostWork: Record<string, HostWork> = {
  fetch: (signal) => withServer(slowHandler, (url) => fetch(url, { signal })),
  "the setTimeout of timers/promises": (signal) => hostSleep(3_600_000, null, { signal }),
  "the setInterval of timers/promises": async (signal) => {
    for await (const _ of intervals(3_600_000, null, { signal }));
  },
  "events.once": (signal) => once(new EventEmitter(), "never", { signal }),
  "fs writeFile": async (signal) => {
    const path = join(tmpdir(), `tsyncio-${randomUUID()}`);
    try {
      await writeFile(path, intervals(1, "x"), { signal });
    } finally {
      await rm(path, { force: true });
    }
  },
  "fs watch": async (signal) => {
    // A folder of its own: where others write, an event beside the abort makes Bun keep the watcher, and so the process.
    const folder = await mkdtemp(join(tmpdir(), "tsyncio-"));
    try {
      for await (const _ of watch(folder, { signal }));
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  "stream pipeline": (signal) => pipeline(new PassThrough(), new PassThrough(), { signal }),
  execFile: (signal) => promisify(execFile)("sleep", ["3600"], { signal }),
};

/** A busy machine may take long to tell of an abort. */
const patient = { abandonAfter: "30s" } as const;

/** A timeout around work of the host. */
const timeouts: Kinds<[work: HostWork], void> = {
  *generator(work) {
    yield* timeout("20ms", (t) => work(t.signal), patient);
  },
  async async(work) {
    await timeout("20ms", (t) => work(t.signal), patient);
  },
};

/** A task that waits for work of the host. */
const tasks: Kinds<[work: HostWork], void> = {
  *generator(work) {
    yield* fromPromise(work);
  },
  async async(work) {
    await work(currentSignal()!);
  },
};

const me = () => currentTask() as Task<unknown>;

export const cases: readonly Case[] = [
  ...Object.entries(hostWork).flatMap(([name, work]) => [
    ...both(`${name}, cancelled by a timeout, ends in a TimeoutError`, timeouts, (limited) =>
      runWell(async () => {
        const task = createTask(() => limited(work));
        await rejects(Promise.resolve(task), { name: "TimeoutError" });
        equal(task.cancelling(), 0);
      }),
    ),
    ...both(`a task that is cancelled while it waits for ${name} counts as cancelled`, tasks, (waiting) =>
      runWell(async () => {
        const task = createTask(() => waiting(work));
        await sleep("10ms");
        task.cancel("enough");
        await rejects(Promise.resolve(task), { name: "CancelledError", message: "enough" });
        equal(task.cancelled(), true);
      }),
    ),
  ]),
  ...both(
    "an error that has the signal's reason in its chain of causes counts as the cancellation",
    timeouts,
    (limited) =>
      runWell(async () => {
        const work: HostWork = async (signal) => {
          try {
            await hostSleep(3_600_000, null, { signal });
          } catch {
            const inner = new Error("request failed", { cause: signal.reason });
            throw new Error("download failed", { cause: inner });
          }
        };
        await rejects(Promise.resolve(createTask(() => limited(work))), { name: "TimeoutError" });
      }),
  ),
  ...both("another error that clean-up ends in is not mistaken for the cancellation", timeouts, (limited) =>
    runWell(async () => {
      const work: HostWork = async (signal) => {
        try {
          await hostSleep(3_600_000, null, { signal });
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: the error of a clean-up
          throw new RangeError("clean-up failed", { cause: new Error("the disk is full") });
        }
      };
      await rejects(Promise.resolve(createTask(() => limited(work))), { name: "RangeError" });
    }),
  ),
  ...both("an AbortError is an error like others while nothing is being cancelled", timeouts, (limited) =>
    runWell(async () => {
      const work: HostWork = () => hostSleep(3_600_000, null, { signal: AbortSignal.abort() });
      const task = createTask(() => limited(work));
      await rejects(Promise.resolve(task), { name: "AbortError" });
      equal(task.cancelled(), false);
    }),
  ),
  ...both(
    "inside its scope the host's own error is seen, and the scope around it goes on",
    {
      *generator(work: HostWork) {
        const names: string[] = [];
        try {
          yield* timeout("20ms", async (t) => {
            try {
              await work(t.signal);
            } catch (error) {
              names.push((error as Error).name);
              throw error;
            }
          });
        } catch (error) {
          names.push((error as Error).name);
        }
        yield* sleep("1ms");
        return [names, me().cancelling()] as const;
      },
      async async(work: HostWork) {
        const names: string[] = [];
        try {
          await timeout("20ms", async (t) => {
            try {
              await work(t.signal);
            } catch (error) {
              names.push((error as Error).name);
              throw error;
            }
          });
        } catch (error) {
          names.push((error as Error).name);
        }
        await sleep("1ms");
        return [names, me().cancelling()] as const;
      },
    },
    async (main) => {
      const work: HostWork = (signal) => hostSleep(3_600_000, null, { signal });
      deepEqual(await runWell(() => main(work)), [["AbortError", "TimeoutError"], 0]);
    },
  ),
];
