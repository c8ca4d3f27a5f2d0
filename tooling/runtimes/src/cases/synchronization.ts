// Locks and queues: in plain async code, in tasks of both kinds, and shared by several loops.
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { CancelledError } from "@tsyncio/contract";
import { Barrier, Condition, Event, Lock, Queue, Semaphore } from "@tsyncio/sync";
import { createTask, gather } from "@tsyncio/tasks";
import { sleep, timeout } from "@tsyncio/timeouts";
import { both, type Kinds } from "../both.js";
import type { Case } from "../case.js";
import { runWell } from "../running.js";

/** Enters `lock` three times, and leaves a trace. */
const visitors: Kinds<[lock: Lock | Semaphore, name: string, trace: string[]], void> = {
  *generator(lock, name, trace) {
    for (let i = 0; i < 3; i++) {
      yield* lock.acquire();
      trace.push(`${name} in`);
      yield* sleep(0);
      trace.push(`${name} out`);
      lock.release();
    }
  },
  async async(lock, name, trace) {
    for (let i = 0; i < 3; i++) {
      await lock.acquire();
      trace.push(`${name} in`);
      await sleep(0);
      trace.push(`${name} out`);
      lock.release();
    }
  },
};

const taken = (name: string) => [`${name} in`, `${name} out`];
const inTurn = [1, 2, 3].flatMap(() => ["a", "b", "c"].flatMap(taken));

const consumers: Kinds<[queue: Queue<number>, got: number[]], void> = {
  *generator(queue, got) {
    for (let i = 0; i < 50; i++) got.push(yield* queue.get());
  },
  async async(queue, got) {
    for (let i = 0; i < 50; i++) got.push(await queue.get());
  },
};

export const cases: readonly Case[] = [
  {
    name: "plain async functions enter a lock in turn, with no loop and no task",
    async run() {
      const lock = new Lock();
      const trace: string[] = [];
      await Promise.all(["a", "b", "c"].map((name) => visitors.async(lock, name, trace)));
      deepEqual(trace, inTurn);
      equal(String(lock), "<Lock [unlocked]>");
    },
  },
  ...both("tasks enter a lock in turn", visitors, async (visit) => {
    const lock = new Lock();
    const trace: string[] = [];
    await runWell(() => gather(["a", "b", "c"].map((name) => createTask(() => visit(lock, name, trace)))));
    deepEqual(trace, inTurn);
    equal(String(lock), "<Lock [unlocked]>");
  }),
  ...both("tasks of two loops and plain async code share a semaphore", visitors, async (visit) => {
    const semaphore = new Semaphore(1);
    const trace: string[] = [];
    await Promise.all([
      runWell(() => visit(semaphore, "one", trace)),
      runWell(() => visit(semaphore, "two", trace)),
      visitors.async(semaphore, "plain", trace),
    ]);
    equal(trace.length, 18);
    for (let i = 0; i < trace.length; i += 2) equal(trace[i + 1], trace[i]?.replace(" in", " out"));
    equal(String(semaphore), "<Semaphore [unlocked, value:1]>");
  }),
  {
    name: "what acquire() gives of a free lock is a promise that await takes as it is",
    async run() {
      const lock = new Lock();
      const free = lock.acquire();
      ok(free instanceof Promise);
      equal(lock.locked(), true);
      let turns = 0;
      const counter = (async () => {
        for (let i = 0; i < 3; i++) {
          await null;
          turns++;
        }
      })();
      await free;
      ok(turns <= 1, `${turns} turns of the microtasks`);
      const derived = free.then((value) => value);
      equal(derived.constructor, Promise);
      equal(await derived, true);
      await counter;
      const later = lock.acquire();
      ok(later instanceof Promise);
      lock.release();
      equal(await later, true);
      lock.release();
    },
  },
  ...both("a queue with a limit loses no item between plain code and tasks", consumers, async (consume) => {
    const queue = new Queue<number>(3);
    const got: number[] = [];
    const consuming = runWell(() => gather([1, 2].map(() => createTask(() => consume(queue, got)))));
    for (let i = 0; i < 100; i++) await queue.put(i);
    await consuming;
    deepEqual(
      got.sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i),
    );
  }),
  {
    name: "whoever waits goes on in the async context in which it waited",
    async run() {
      const storage = new AsyncLocalStorage<string>();
      const [lock, semaphore, queue] = [new Lock(), new Semaphore(2), new Queue<string>(1)];
      const seen: unknown[] = [];
      const worker = (name: string) => async () => {
        for (let i = 0; i < 5; i++) {
          await lock.acquire();
          seen.push(storage.getStore() === name);
          await null;
          lock.release();
          const hold = await semaphore.hold();
          seen.push(storage.getStore() === name);
          hold[Symbol.dispose]();
          await (name < "c" ? queue.put(name) : queue.get());
          seen.push(storage.getStore() === name);
        }
      };
      await Promise.all(["a", "b", "c", "d"].map((name) => storage.run(name, worker(name))));
      deepEqual(
        seen,
        Array.from({ length: 60 }, () => true),
      );
    },
  },
  {
    name: "for await over a queue ends when it is shut down and empty",
    async run() {
      const queue = new Queue<string>();
      const got: string[] = [];
      const consuming = (async () => {
        for await (const item of queue) got.push(item);
      })();
      await queue.put("a");
      queue.putNowait("b");
      queue.shutdown();
      await consuming;
      deepEqual(got, ["a", "b"]);
    },
  },
  {
    name: "a wait that is cancelled takes nothing: lock, semaphore, queue, event, condition, barrier",
    run: () =>
      runWell(async () => {
        const [lock, semaphore, queue, event] = [new Lock(), new Semaphore(0), new Queue<number>(), new Event()];
        const [condition, barrier] = [new Condition(), new Barrier(2)];
        await lock.acquire();
        const waits = [
          () => lock.acquire(),
          () => lock.with(async () => {}),
          () => semaphore.acquire(),
          () => queue.get(),
          () => event.wait(),
          () => condition.with(() => condition.wait()),
          () => barrier.wait(),
        ];
        for (const wait of waits)
          await rejects(
            timeout("1ms", async () => wait()),
            { name: "TimeoutError" },
          );
        const task = createTask(async () => queue.get());
        await sleep("1ms");
        queue.putNowait(7);
        task.cancel();
        await rejects(async () => task, CancelledError);
        lock.release();
        deepEqual([lock, semaphore, queue, event, condition, barrier].map(String), [
          "<Lock [unlocked]>",
          "<Semaphore [locked]>",
          "<Queue maxsize=0 _queue=[7] tasks=1>",
          "<Event [unset]>",
          "<Condition [unlocked]>",
          "<Barrier [filling, waiters:0/2]>",
        ]);
      }),
  },
];
