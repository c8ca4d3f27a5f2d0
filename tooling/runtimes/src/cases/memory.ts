// What is kept alive, and for how long.
import { deepEqual, equal } from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Future } from "@tsyncio/futures";
import { createTask, currentTask, outsideTask, shield, type Task, wait } from "@tsyncio/tasks";
import { sleep, timeout } from "@tsyncio/timeouts";
import { both, type Kinds } from "../both.js";
import type { Case } from "../case.js";
import { checkHeap, collectGarbage } from "../garbage.js";
import { runWell } from "../running.js";
import { warningsOf } from "../warnings.js";

const MANY = 100_000;
const MEGABYTE = 2 ** 20;

/** Waits a turn. */
const turns: Kinds<[], void> = {
  *generator() {
    yield* sleep(0);
  },
  async async() {
    await sleep(0);
  },
};

/** Counts the listeners that stand on a signal, and the most that ever did. */
function countListeners(signal: AbortSignal): { now: number; most: number } {
  const count = { now: 0, most: 0 };
  const add = signal.addEventListener;
  const remove = signal.removeEventListener;
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    count.most = Math.max(count.most, ++count.now);
    add.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    count.now--;
    remove.apply(signal, args);
  };
  return count;
}

/** Runs `body` in `total` tasks, 1,000 at a time. */
async function inManyTasks(total: number, make: () => Task<unknown>): Promise<void> {
  for (let done = 0; done < total; done += 1000) {
    const tasks = Array.from({ length: Math.min(1000, total - done) }, make);
    for (const task of tasks) await task;
  }
}

/** Checks that what `refs` stand for was collected: all but a few, which an engine may see on its stack. */
async function checkCollected(refs: readonly WeakRef<object>[]): Promise<void> {
  let left = refs.length;
  for (let attempt = 0; attempt < 10 && left > 0; attempt++) {
    await collectGarbage();
    left = refs.filter((ref) => ref.deref() !== undefined).length;
  }
  equal(left <= 2, true, `${left} of ${refs.length} are alive`);
}

export const cases: readonly Case[] = [
  ...both(
    "100,000 tasks under one AbortSignal leave nothing: one listener at most, no heap, no warning",
    turns,
    (body) =>
      runWell(async () => {
        const { signal } = new AbortController();
        const listeners = countListeners(signal);
        const warnings = await warningsOf(async () => {
          await checkHeap(MEGABYTE, () => inManyTasks(MANY, () => createTask(body, { signal })));
        });
        deepEqual([listeners.most, listeners.now, warnings], [1, 0, []]);
      }),
  ),
  ...both("100,000 tasks under one AbortSignal at the same time have one listener together", turns, (body) =>
    runWell(async () => {
      const { signal } = new AbortController();
      const listeners = countListeners(signal);
      const tasks = Array.from({ length: MANY }, () => createTask(body, { signal }));
      equal(listeners.now, 1);
      for (const task of tasks) await task;
      await sleep(0);
      deepEqual(listeners, { now: 0, most: 1 });
    }),
  ),
  ...both(
    "100,000 tasks that opened timers are not kept alive by them",
    {
      *generator(open: () => void) {
        yield* timeout(null, function* () {
          yield* sleep(0);
          open();
        });
      },
      async async(open: () => void) {
        await timeout(null, async () => {
          await sleep(0);
          open();
        });
      },
    },
    (body) =>
      runWell(async () => {
        const timers: NodeJS.Timeout[] = [];
        const refs: WeakRef<object>[] = [];
        const open = () => {
          timers.push(setTimeout(() => {}, 3_600_000));
          if (timers.length % 100 === 0) refs.push(new WeakRef(currentTask() as object));
        };
        await inManyTasks(MANY, () => createTask(() => body(open)));
        equal(timers.length, MANY);
        await checkCollected(refs);
        for (const timer of timers) clearTimeout(timer);
      }),
  ),
  ...both(
    "tasks that opened sockets are not kept alive by them",
    {
      *generator(open: () => PromiseLike<unknown>) {
        yield* timeout(null, open);
      },
      async async(open: () => PromiseLike<unknown>) {
        await timeout(null, open);
      },
    },
    async (body) => {
      const peers: Socket[] = [];
      const server = createServer((peer) => peers.push(peer)).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const sockets: Socket[] = [];
      const refs: WeakRef<object>[] = [];
      const open = async () => {
        const socket = connect(port, "127.0.0.1");
        sockets.push(socket);
        refs.push(new WeakRef(currentTask() as object));
        socket.on("data", () => {});
        await once(socket, "connect");
      };
      await runWell(async () => {
        await inManyTasks(100, () => createTask(() => body(open)));
      });
      await checkCollected(refs);
      for (const socket of [...sockets, ...peers]) socket.destroy();
      server.close();
    },
  ),
  ...both(
    "a long-lived future forgets who waited for it and gave up",
    {
      *generator(lasting: Future<void>) {
        yield* wait([lasting], { timeout: 0 });
        try {
          yield* timeout(0, () => shield(lasting));
        } catch {}
      },
      async async(lasting: Future<void>) {
        await wait([lasting], { timeout: 0 });
        try {
          await timeout(0, () => shield(lasting));
        } catch {}
      },
    },
    (body) =>
      runWell(async () => {
        const lasting = new Future<void>();
        await checkHeap(MEGABYTE, () => inManyTasks(5000, () => createTask(() => body(lasting))));
        equal(lasting.done(), false);
      }),
  ),
  {
    name: "a callback that is registered outside any task keeps no task alive",
    run: () =>
      runWell(async () => {
        const refs: WeakRef<object>[] = [];
        const timers: NodeJS.Timeout[] = [];
        await inManyTasks(100, () =>
          createTask(async () => {
            const big = { bytes: new Uint8Array(1000) };
            refs.push(new WeakRef(big));
            outsideTask(() => timers.push(setTimeout(() => {}, 3_600_000)));
            await sleep(0);
            return big.bytes.length;
          }),
        );
        await checkCollected(refs);
        for (const timer of timers) clearTimeout(timer);
      }),
  },
];
