// The order in which things run: asyncio's.
import { deepEqual, equal } from "node:assert/strict";
import { TimeoutError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { getEventLoop, getRunningLoop, newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { run } from "@tsyncio/runner";
import { createTask, gather, taskGroup } from "@tsyncio/tasks";
import { sleep, timeout } from "@tsyncio/timeouts";
import { both, type Kinds } from "../both.js";
import type { Case } from "../case.js";
import { runVirtually } from "../running.js";

type Log = string[];

function* worker(log: Log, name: string, rounds: number, before: Future<string>, after: Future<string>) {
  for (let i = 0; i < rounds; i++) {
    log.push(`${name}${i}`);
    yield* sleep(0);
  }
  log.push(`${name} waits`);
  log.push(`${name} got ${yield* before}`);
  after.setResult(name);
}

function* patient(log: Log, future: Future<string>) {
  try {
    yield* future;
  } catch (error) {
    log.push("cancelled");
    yield* sleep(0);
    log.push("cleaned up");
    throw error;
  }
}

async function asyncWorker(log: Log, name: string, rounds: number, before: Future<string>, after: Future<string>) {
  for (let i = 0; i < rounds; i++) {
    log.push(`${name}${i}`);
    await sleep(0);
  }
  log.push(`${name} waits`);
  log.push(`${name} got ${await before}`);
  after.setResult(name);
}

async function asyncPatient(log: Log, future: Future<string>) {
  try {
    await future;
  } catch (error) {
    log.push("cancelled");
    await sleep(0);
    log.push("cleaned up");
    throw error;
  }
}

const programs: Kinds<[log: Log], void> = {
  *generator(log) {
    const loop = getRunningLoop();
    const [a, b, c] = [new Future<string>(), new Future<string>(), new Future<string>()];
    loop.callSoon(() => log.push("callback"));
    const x = createTask(worker(log, "x", 3, a, b));
    const y = createTask(worker(log, "y", 1, b, c));
    const z = createTask(patient(log, c));
    x.addDoneCallback(() => log.push("x done"));
    yield* sleep(0);
    log.push("main");
    loop.callSoon(() => a.setResult("go"));
    yield* sleep(0);
    z.cancel();
    log.push("main cancels");
    const results = yield* gather([x, y, z], { returnExceptions: true });
    log.push(`${results.length} ended`);
    try {
      yield* timeout(0, function* () {
        log.push("in the timeout");
        yield* sleep("1s");
      });
    } catch (error) {
      if (error instanceof TimeoutError) log.push("timed out");
    }
    yield* taskGroup(function* (tg) {
      tg.createTask(worker(log, "p", 1, a, new Future()));
      tg.createTask(worker(log, "q", 2, a, new Future()));
      log.push("in the group");
    });
    log.push("main ends");
  },
  async async(log) {
    const loop = getRunningLoop();
    const [a, b, c] = [new Future<string>(), new Future<string>(), new Future<string>()];
    loop.callSoon(() => log.push("callback"));
    const x = createTask(() => asyncWorker(log, "x", 3, a, b));
    const y = createTask(() => asyncWorker(log, "y", 1, b, c));
    const z = createTask(() => asyncPatient(log, c));
    x.addDoneCallback(() => log.push("x done"));
    await sleep(0);
    log.push("main");
    loop.callSoon(() => a.setResult("go"));
    await sleep(0);
    z.cancel();
    log.push("main cancels");
    const results = await gather([x, y, z], { returnExceptions: true });
    log.push(`${results.length} ended`);
    try {
      await timeout(0, async () => {
        log.push("in the timeout");
        await sleep("1s");
      });
    } catch (error) {
      if (error instanceof TimeoutError) log.push("timed out");
    }
    await taskGroup(async (tg) => {
      tg.createTask(() => asyncWorker(log, "p", 1, a, new Future()));
      tg.createTask(() => asyncWorker(log, "q", 2, a, new Future()));
      log.push("in the group");
    });
    log.push("main ends");
  },
};

/** What the same program writes under CPython 3.13.0. */
const recorded = [
  ..."callback, x0, y0, main, x1, y waits, main cancels, x2, cancelled, x waits, x got go, cleaned up".split(", "),
  ..."y got x, x done, 3 ended, in the timeout, timed out, in the group, p0, q0, p waits, p got go, q1".split(", "),
  ..."q waits, q got go, main ends".split(", "),
];

export const cases: readonly Case[] = [
  ...[["a real clock", newEventLoop] as const, ["a virtual clock", newVirtualLoop] as const].flatMap(
    ([host, loopFactory]) =>
      both(`tasks take their steps in CPython's order, line for line, on ${host}`, programs, async (main) => {
        const log: Log = [];
        await run(() => main(log), { loopFactory });
        deepEqual(log, recorded);
      }),
  ),
  ...both("tasks of the default loop take their steps in CPython's order, too", programs, async (main) => {
    const log: Log = [];
    // In a task: the program asks for the running loop at once.
    await createTask(() => main(log));
    deepEqual(log, recorded);
  }),
  {
    name: "with exact: false the turns are asyncio's, and only their inside may differ",
    async run() {
      const log: Log = [];
      const loop = newEventLoop({ exact: false });
      const body = (name: string) => async () => {
        for (let i = 0; i < 3; i++) {
          log.push(`${i}${name}`);
          await sleep(0);
        }
      };
      await run(() => gather(body("a"), body("b"), body("c")), { loopFactory: () => loop });
      deepEqual([...log].sort(), [...log]);
      equal(log.length, 9);
    },
  },
  ...[["a real clock", newEventLoop] as const, ["a virtual clock", newVirtualLoop] as const].map(
    ([host, make]): Case => ({
      name: `a turn runs what was ready when it began, in order; what that adds runs in the next, on ${host}`,
      async run() {
        const loop = make();
        const log: string[] = [];
        loop.callSoon(() => {
          log.push("first");
          loop.callSoon(() => log.push("added by first"));
          loop.callLater(0, () => log.push("timer of first"));
        });
        loop.callSoon(() => {
          log.push("second");
          loop.callSoon(() => {
            log.push("added by second");
            loop.stop();
          });
        });
        loop.callSoon(() => log.push("cancelled")).cancel();
        await loop.runForever();
        // The timer is due when the second turn begins: behind what was ready then.
        deepEqual(log, ["first", "second", "added by first", "added by second", "timer of first"]);
        loop.close();
      },
    }),
  ),
  {
    name: "timers of equal deadlines run in the order they were made",
    async run() {
      const loop = newVirtualLoop();
      const log: number[] = [];
      for (let i = 0; i < 100; i++) loop.callAt(i % 3, () => log.push(i));
      await loop.runUntilComplete(() => sleep("5s"));
      const expected = Array.from({ length: 100 }, (_, i) => i).sort((a, b) => (a % 3) - (b % 3) || a - b);
      deepEqual(log, expected);
      loop.close();
    },
  },
  {
    name: "an eager generator task runs at once to its first wait, and may be done when createTask returns",
    run: () =>
      runVirtually(async () => {
        const log: string[] = [];
        const body = function* (wait: boolean) {
          log.push("runs");
          if (wait) yield* sleep(0);
          return 1;
        };
        const quick = createTask(body(false), { eagerStart: true });
        const slow = createTask(body(true), { eagerStart: true });
        deepEqual([log, quick.done(), slow.done()], [["runs", "runs"], true, false]);
        deepEqual([await quick, await slow], [1, 1]);
      }),
  },
  {
    name: "an eager async task runs at once to its first await, whatever that is of, and is not done yet",
    run: () =>
      runVirtually(async () => {
        const log: string[] = [];
        const body = async () => {
          log.push("runs");
          await null;
          log.push("went on");
          return 1;
        };
        const task = createTask(body, { eagerStart: true });
        deepEqual([log, task.done()], [["runs"], false]);
        equal(await task, 1);
      }),
  },
  {
    name: "isRunning() is true inside a run and in a turn",
    async run() {
      const loop = newEventLoop();
      const before = loop.isRunning();
      const inside = await loop.runUntilComplete(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return loop.isRunning();
      });
      deepEqual([before, inside, loop.isRunning()], [false, true, false]);
      loop.close();
      const ambient = getEventLoop();
      const inTurn = await new Promise((resolve) => {
        ambient.callSoon(() => resolve(ambient.isRunning()));
      });
      deepEqual([inTurn, ambient.isRunning()], [true, false]);
    },
  },
];
