// Async functions that wait for a foreign promise, where no cancellation reaches them.
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { setTimeout as foreignSleep } from "node:timers/promises";
import { CancelledError } from "@tsyncio/contract";
import { Future, fromPromise } from "@tsyncio/futures";
import { newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { run } from "@tsyncio/runner";
import { createTask, taskGroup } from "@tsyncio/tasks";
import { sleep, type Timeout, type TimeoutOptions, timeout, waitFor } from "@tsyncio/timeouts";
import { both, type Kinds } from "../both.js";
import type { Case } from "../case.js";
import { reportsOf, runWell } from "../running.js";

/** A promise that ignores every signal, and settles when told. */
class Stubborn {
  settle!: () => void;
  readonly promise = new Promise<void>((resolve) => {
    this.settle = resolve;
  });
}

type Stuck = (stubborn: Stubborn, log: string[]) => Promise<void>;

/** Holds a resource while it waits for the stubborn promise; then it cleans up with our awaits. */
const holdsResource: Stuck = async (stubborn, log) => {
  try {
    await stubborn.promise;
    await sleep(0);
    log.push("went on");
  } catch (error) {
    log.push((error as Error).name);
  } finally {
    await sleep("1ms");
    log.push("released");
  }
};

/** A timeout around an async function that is stuck. */
const timeouts: Kinds<[body: () => Promise<void>, options: TimeoutOptions], void> = {
  *generator(body, options) {
    yield* timeout("5ms", body, options);
  },
  async async(body, options) {
    await timeout("5ms", body, options);
  },
};

/** `waitFor` on the same. */
const waits: Kinds<[body: () => Promise<void>, options: TimeoutOptions], void> = {
  *generator(body, options) {
    yield* waitFor(body, "5ms", options);
  },
  async async(body, options) {
    await waitFor(body, "5ms", options);
  },
};

export const cases: readonly Case[] = [
  ...[["timeout", timeouts] as const, ["waitFor", waits] as const].flatMap(([name, kinds]) =>
    both(
      `${name} raises though a foreign promise ignores its signal; what is left behind cleans up once that settles`,
      kinds,
      async (limited) => {
        const stubborn = new Stubborn();
        const log: string[] = [];
        const reports = await reportsOf(async () => {
          const task = createTask(() => limited(() => holdsResource(stubborn, log), { abandonAfter: "20ms" }));
          await rejects(Promise.resolve(task), { name: "TimeoutError" });
          deepEqual(log, []);
          equal(task.cancelling(), 0);
          stubborn.settle();
          while (log.length < 2) await sleep("1ms");
        });
        // The next await of ours throws, once; the awaits of its clean-up work; the resource is released once.
        deepEqual(log, ["CancelledError", "released"]);
        equal(reports.length, 1);
      },
    ),
  ),
  ...both(
    "the report says which task left what behind, where that was begun, and what to wrap",
    timeouts,
    async (limited) => {
      const stubborn = new Stubborn();
      const [report, ...more] = await reportsOf(async () => {
        const task = createTask(() => limited(() => stubborn.promise, { abandonAfter: "10ms" }), {
          name: "downloader",
        });
        await rejects(Promise.resolve(task), { name: "TimeoutError" });
      });
      deepEqual(more, []);
      const message = String(report?.message);
      match(message, /downloader/);
      match(message, /fromPromise\(promise\)/);
      match(message, /signal: t\.signal/);
      match(message, /\/stuck\.[jt]s:\d+/);
    },
  ),
  ...both("clean-up that awaits 20 ms of foreign work is not cut", timeouts, async (limited) => {
    const log: string[] = [];
    await runWell(async () => {
      const body = async () => {
        try {
          await sleep("1h");
        } finally {
          await foreignSleep(20);
          log.push("cleaned up");
        }
      };
      const task = createTask(() => limited(body, {}));
      await rejects(Promise.resolve(task), { name: "TimeoutError" });
      deepEqual(log, ["cleaned up"]);
    });
  }),
  ...both(
    "clean-up that comes to awaits of ours again and again may take as long as it likes",
    timeouts,
    async (limited) => {
      const log: string[] = [];
      await runWell(async () => {
        const body = async () => {
          try {
            await sleep("1h");
          } finally {
            for (let i = 0; i < 6; i++) {
              await foreignSleep(25);
              await sleep(0);
            }
            log.push("cleaned up");
          }
        };
        const task = createTask(() => limited(body, { abandonAfter: "80ms" }));
        await rejects(Promise.resolve(task), { name: "TimeoutError" });
        deepEqual(log, ["cleaned up"]);
      });
    },
  ),
  ...both("with abandonAfter: null the timeout waits for the promise", timeouts, async (limited) => {
    await runWell(async () => {
      let settled = false;
      const body = async () => {
        await foreignSleep(150);
        settled = true;
        await sleep(0);
      };
      const task = createTask(() => limited(body, { abandonAfter: null }));
      await rejects(Promise.resolve(task), { name: "TimeoutError" });
      equal(settled, true);
    });
  }),
  ...both("abandonAfter is an option of the loop too", timeouts, async (limited) => {
    const stubborn = new Stubborn();
    const reports: string[] = [];
    const loop = newEventLoop({ abandonAfter: "10ms", exceptionHandler: (_, { message }) => reports.push(message) });
    await run(
      async () => {
        const task = createTask(() => limited(() => stubborn.promise, {}));
        await rejects(Promise.resolve(task), { name: "TimeoutError" });
        stubborn.settle();
      },
      { loopFactory: () => loop },
    );
    match(String(reports), /within 0\.01 s of its cancellation/);
  }),
  ...both("abandonAfter is an option of the task, which goes before that of the loop", timeouts, async (limited) => {
    const stubborn = new Stubborn();
    const reports = await reportsOf(async () => {
      const task = createTask(() => limited(() => stubborn.promise, {}), { abandonAfter: "10ms" });
      await rejects(Promise.resolve(task), { name: "TimeoutError" });
      stubborn.settle();
    });
    match(String(reports[0]?.message), /within 0\.01 s of its cancellation/);
  }),
  ...both(
    "abandonAfter is real time: a virtual clock does not wait an hour of its own for it",
    timeouts,
    async (limited) => {
      const stubborn = new Stubborn();
      const loop = newVirtualLoop({ foreignGrace: "50ms", exceptionHandler: () => {} });
      await run(
        async () => {
          const task = createTask(() => limited(() => stubborn.promise, { abandonAfter: "20ms" }));
          await rejects(Promise.resolve(task), { name: "TimeoutError" });
          equal(loop.time() < 1, true, `${loop.time()} s on the clock`);
          stubborn.settle();
        },
        { loopFactory: () => loop },
      );
    },
  ),
  ...both(
    "a function that is stuck within nested timeouts is left behind by the one that struck",
    timeouts,
    async (limited) => {
      const stubborn = new Stubborn();
      const log: string[] = [];
      const reports = await reportsOf(async () => {
        const body = async () => {
          await timeout("1h", () => holdsResource(stubborn, log));
        };
        const task = createTask(() => limited(body, { abandonAfter: "20ms" }));
        await rejects(Promise.resolve(task), { name: "TimeoutError" });
        deepEqual(log, []);
        stubborn.settle();
        while (log.length < 2) await sleep("1ms");
      });
      deepEqual(log, ["CancelledError", "released"]);
      equal(reports.length, 1);
    },
  ),
  ...both(
    "a cancellation that comes while a timeout waits for what is stuck arrives once, and clean-up works after it",
    {
      *generator(body: (t: Timeout) => Promise<void>, log: string[]) {
        try {
          yield* timeout("5ms", body, { abandonAfter: "40ms" });
        } finally {
          yield* sleep("1ms");
          log.push("cleaned up");
        }
      },
      async async(body: (t: Timeout) => Promise<void>, log: string[]) {
        try {
          await timeout("5ms", body, { abandonAfter: "40ms" });
        } finally {
          await sleep("1ms");
          log.push("cleaned up");
        }
      },
    },
    async (limited) => {
      const stubborn = new Stubborn();
      const log: string[] = [];
      await reportsOf(async () => {
        const struck = new Future<void>();
        const body = async ({ signal }: Timeout) => {
          signal.addEventListener("abort", () => struck.setResult());
          await stubborn.promise;
        };
        const task = createTask(() => limited(body, log));
        await struck;
        task.cancel("enough");
        await rejects(Promise.resolve(task), { name: "CancelledError", message: "enough" });
        stubborn.settle();
      });
      deepEqual(log, ["cleaned up"]);
    },
  ),
  ...both("an error of what was left behind is reported, not lost", timeouts, async (limited) => {
    const stubborn = new Stubborn();
    const error = new RangeError("no");
    const reports = await reportsOf(async () => {
      const body = async () => {
        await stubborn.promise;
        throw error;
      };
      const task = createTask(() => limited(body, { abandonAfter: "10ms" }));
      await rejects(Promise.resolve(task), { name: "TimeoutError" });
      stubborn.settle();
      await sleep("5ms");
    });
    deepEqual(
      reports.map(({ exception }) => exception === error),
      [false, true],
    );
  }),
  ...both(
    "the signal of what is stuck is aborted with the CancelledError as reason",
    {
      *generator(body: (signal: AbortSignal) => Promise<void>) {
        yield* timeout("5ms", (t) => body(t.signal), { abandonAfter: null });
      },
      async async(body: (signal: AbortSignal) => Promise<void>) {
        await timeout("5ms", (t) => body(t.signal), { abandonAfter: null });
      },
    },
    (limited) =>
      runWell(async () => {
        let reason: unknown;
        const body = (signal: AbortSignal) =>
          new Promise<void>((resolve) => {
            signal.addEventListener("abort", () => {
              reason = signal.reason;
              setImmediate(resolve);
            });
          });
        await createTask(() => limited(body));
        equal(reason instanceof CancelledError, true);
      }),
  ),
  ...both(
    "a task group waits for a task that is stuck",
    {
      *generator(stuck: () => Promise<void>) {
        yield* taskGroup(function* (tg) {
          tg.createTask(stuck);
          yield* sleep("1ms");
          throw new RangeError("no");
        });
      },
      async async(stuck: () => Promise<void>) {
        await taskGroup(async (tg) => {
          tg.createTask(stuck);
          await sleep("1ms");
          throw new RangeError("no");
        });
      },
    },
    (group) =>
      runWell(async () => {
        const log: string[] = [];
        const stuck = async () => {
          await foreignSleep(20);
          log.push("the promise came");
          await sleep(0);
          log.push("went on");
        };
        const error = await createTask(() => group(stuck)).catch((caught) => caught as AggregateError);
        equal(error?.errors.length, 1);
        deepEqual(log, ["the promise came"]);
      }),
  ),
  {
    name: "run waits for a task that is stuck",
    async run() {
      const log: string[] = [];
      const result = await run(async () => {
        createTask(async () => {
          await foreignSleep(20);
          log.push("the promise came");
          await sleep(0);
          log.push("went on");
        });
        await sleep("1ms");
        return "main's result";
      });
      equal(result, "main's result");
      deepEqual(log, ["the promise came"]);
    },
  },
  ...both(
    "fromPromise lets a cancellation through at once: nothing is left behind",
    {
      *generator(promise: Promise<void>) {
        yield* timeout("5ms", function* () {
          yield* fromPromise(promise);
        });
      },
      async async(promise: Promise<void>) {
        await timeout("5ms", async () => {
          await fromPromise(promise);
        });
      },
    },
    (main) =>
      runWell(async () => {
        const task = createTask(() => main(new Stubborn().promise));
        await rejects(Promise.resolve(task), { name: "TimeoutError" });
      }),
  ),
];
