// Several loops in one thread, and what each is for.
import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { Future } from "@tsyncio/futures";
import { type EventLoop, getEventLoop, getRunningLoop, newEventLoop, setEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { run } from "@tsyncio/runner";
import { createTask, currentTask, outsideTask } from "@tsyncio/tasks";
import { sleep, timeout } from "@tsyncio/timeouts";
import { both, type Kinds } from "../both.js";
import type { Case } from "../case.js";
import { checkHeap } from "../garbage.js";
import { runWell } from "../running.js";

/** Waits for a future, and says on which loop it went on. */
const waiters: Kinds<[future: Future<string>, resumed: (loop: unknown) => void], string> = {
  *generator(future, resumed) {
    const value = yield* future;
    resumed(getRunningLoop());
    return value;
  },
  async async(future, resumed) {
    const value = await future;
    resumed(getRunningLoop());
    return value;
  },
};

/** Counts the timers of the host that are set and have not come, while `body` runs. */
async function hostTimers(body: (count: { now: number; most: number }) => Promise<void>): Promise<void> {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const live = new Set<unknown>();
  const count = { now: 0, most: 0 };
  const update = () => {
    count.now = live.size;
    count.most = Math.max(count.most, live.size);
  };
  globalThis.setTimeout = ((fn: () => void, ms?: number) => {
    const timer = set(() => {
      live.delete(timer);
      update();
      fn();
    }, ms);
    live.add(timer);
    update();
    return timer;
  }) as typeof set;
  globalThis.clearTimeout = (timer) => {
    live.delete(timer);
    update();
    clear(timer);
  };
  try {
    await body(count);
  } finally {
    globalThis.setTimeout = set;
    globalThis.clearTimeout = clear;
  }
}

export const cases: readonly Case[] = [
  ...both("a task waits for a future of another loop, and is woken on its own", waiters, async (wait) => {
    const [mine, other] = [newEventLoop(), newEventLoop()];
    const future = new Future<string>({ loop: other });
    const loops: unknown[] = [];
    const [value] = await Promise.all([
      mine.runUntilComplete(() => wait(future, (loop) => loops.push(loop))),
      other.runUntilComplete(async () => {
        await sleep("5ms");
        future.setResult("from the other loop");
      }),
    ]);
    equal(value, "from the other loop");
    deepEqual(
      loops.map((loop) => loop === mine),
      [true],
    );
    for (const loop of [mine, other]) loop.close();
  }),
  ...both("cancelling a task reaches the future of another loop that it waits for", waiters, async (wait) => {
    const other = newEventLoop();
    const future = new Future<string>({ loop: other });
    await runWell(async () => {
      const task = createTask(() => wait(future, () => {}));
      await sleep(0);
      task.cancel();
      await rejects(Promise.resolve(task), { name: "CancelledError" });
    });
    equal(future.cancelled(), true);
    other.close();
  }),
  {
    name: "plain async code waits for a task of any loop that runs",
    async run() {
      const loop = newEventLoop();
      const task = loop.createTask(() => sleep("5ms", "slept"));
      const [value] = await Promise.all([task, loop.runUntilComplete(() => sleep("10ms"))]);
      equal(value, "slept");
      loop.close();
    },
  },
  ...both("a waiter whose loop is closed is skipped: nobody gets an error", waiters, async (wait) => {
    const closed = newEventLoop();
    await runWell(async () => {
      const future = new Future<string>();
      outsideTask(() => {
        const other = closed.createTask(() => wait(future, () => {}));
        future.addDoneCallback(() => {});
        return other;
      });
      await new Promise((resolve) => setImmediate(resolve));
      future.setResult("there");
      equal(await future, "there");
    });
    closed.close();
  }),
  {
    name: "a waiter of a loop that was closed while it waited is skipped, and the others are woken",
    async run() {
      const closed = newEventLoop();
      const future = new Future<string>();
      const log: string[] = [];
      const abandoned = closed.createTask(async () => {
        await future;
        log.push("woken on a closed loop");
      });
      const stopping = closed.runForever();
      await new Promise((resolve) => setTimeout(resolve, 5));
      closed.stop();
      closed.callSoon(() => {});
      await stopping;
      closed.close();
      const waiting = future.then((value) => log.push(value));
      future.setResult("there");
      await waiting;
      deepEqual([log, abandoned.done()], [["there"], false]);
    },
  },
  ...both("a virtual loop refuses what a real one has to bring", waiters, async (wait) => {
    const loop = newVirtualLoop();
    const real = new Future<string>();
    await rejects(
      loop.runUntilComplete(() => wait(real, () => {})),
      { name: "RuntimeError", message: /virtual clock can't wait for .* real one/ },
    );
    real.cancel();
    loop.close();
  }),
  {
    name: "the default loop answers anywhere, and getRunningLoop() only inside",
    async run() {
      const loop = getEventLoop();
      throws(getRunningLoop, { name: "RuntimeError", message: "no running event loop" });
      const inside = await createTask(async () => [getRunningLoop(), getEventLoop()]);
      deepEqual(
        inside.map((each) => each === loop),
        [true, true],
      );
      equal(currentTask(), null);
    },
  },
  {
    name: "setEventLoop says what getEventLoop() gives where no loop runs",
    async run() {
      const ambient = getEventLoop();
      const loop = newEventLoop();
      setEventLoop(loop);
      try {
        equal(getEventLoop() === loop, true);
        equal(await loop.runUntilComplete(() => sleep(0, "slept")), "slept");
      } finally {
        setEventLoop(null);
      }
      equal(getEventLoop() === ambient, true);
      loop.close();
    },
  },
  {
    name: "a new loop runs only inside runForever() and runUntilComplete()",
    async run() {
      const loop = newEventLoop();
      const log: string[] = [];
      loop.callSoon(() => log.push("called"));
      const task = loop.createTask(() => sleep("1ms"));
      await new Promise((resolve) => setTimeout(resolve, 5));
      deepEqual([log, task.done()], [[], false]);
      await loop.runUntilComplete(task);
      deepEqual([log, task.done()], [["called"], true]);
      loop.close();
    },
  },
  {
    name: "two runs side by side are two loops",
    async run() {
      const main = async () => {
        const loop = getRunningLoop();
        for (let i = 0; i < 5; i++) {
          await sleep("1ms");
          equal(getRunningLoop() === loop, true);
        }
        return loop;
      };
      const [one, other] = await Promise.all([run(main), run(main)]);
      deepEqual([one === other, one.isClosed(), other.isClosed()], [false, true, true]);
    },
  },
  ...both(
    "run is refused inside a running loop",
    {
      *generator() {
        return yield* new Future<string>();
      },
      async async() {
        return await new Future<string>();
      },
    },
    (main) =>
      runWell(async () => {
        await rejects(run(main), {
          name: "RuntimeError",
          message: "asyncio.run() cannot be called from a running event loop",
        });
      }),
  ),
  {
    name: "a loop has one timer of the host at most, whatever the number of its own",
    run: () =>
      hostTimers(async (count) => {
        await runWell(async () => {
          const before = count.now;
          const tasks = Array.from({ length: 1000 }, (_, i) => createTask(() => sleep(0.001 * (1 + (i % 7)))));
          await timeout("1s", async () => {
            for (const task of tasks) await task;
          });
          equal(count.most - before <= 1, true, `${count.most - before} timers`);
        });
      }),
  },
  {
    name: "timers that are cancelled are swept when they are many",
    run: () =>
      runWell(async () => {
        const loop = getRunningLoop();
        await checkHeap(2 ** 20, async () => {
          for (let i = 0; i < 100_000; i++) loop.callLater("1h", () => {}, { context: null }).cancel();
        });
      }),
  },
  {
    name: "a timer of 30 days is not taken for one that is due",
    run: () =>
      runWell(async () => {
        const task = createTask(() => sleep("720h"));
        await sleep("20ms");
        equal(task.done(), false);
        task.cancel();
        await rejects(Promise.resolve(task), { name: "CancelledError" });
      }),
  },
  {
    name: "runUntilComplete of a loop that is stopped before says so",
    async run() {
      const loop = newEventLoop();
      const never = new Future<void>({ loop });
      loop.callLater("1ms", () => loop.stop());
      await rejects(loop.runUntilComplete(never), { message: "Event loop stopped before Future completed." });
      loop.close();
      throws(() => loop.callSoon(() => {}), { name: "RuntimeError", message: "Event loop is closed" });
    },
  },
  {
    name: "a virtual clock gives the host its turns while an async function waits for a foreign promise",
    async run() {
      const loop = newVirtualLoop();
      const order = await loop.runUntilComplete(async () => {
        const log: string[] = [];
        const timer = createTask(async () => {
          await sleep("1h");
          log.push("an hour later");
        });
        await new Promise((resolve) => setTimeout(resolve, 10));
        log.push("the host's timer");
        await timer;
        return log;
      });
      deepEqual(order, ["the host's timer", "an hour later"]);
      loop.close();
    },
  },
  {
    name: 'a virtual clock with foreign: "error" fails instead, and names who waits',
    async run() {
      const loop = newVirtualLoop({ foreign: "error" });
      const stuckFunction = async () => {
        await new Promise((resolve) => setTimeout(resolve, 10));
      };
      const error = await loop.runUntilComplete(stuckFunction).catch((caught) => caught as Error);
      match(String(error), /can't wait for foreign promises.*stuckFunction/);
      await new Promise((resolve) => setTimeout(resolve, 20));
      loop.close();
    },
  },
  {
    name: "a virtual clock tells of a deadlock at once",
    async run() {
      const loop: EventLoop = newVirtualLoop();
      await rejects(
        loop.runUntilComplete(() => new Future<void>()),
        { name: "DeadlockError" },
      );
      loop.close();
    },
  },
];
