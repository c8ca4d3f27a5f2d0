// The data structures of the loop, each against a naive one.
import type { TaskContract, TimerEntry } from "@tsyncio/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReadyQueue } from "../dist/ready-queue.js";
import { TaskList } from "../dist/task-list.js";
import { TimerHeap } from "../dist/timer-heap.js";
import { collectGarbage } from "./garbage.ts";

describe("ReadyQueue", () => {
  test("gives out what it got, in order, through any growth and clearing", () => {
    // How many are pushed and shifted in turn; 0 pushed: cleared.
    const rounds = fc.array(fc.tuple(fc.nat(3000), fc.nat(3000)), { maxLength: 10 });
    fc.assert(
      fc.property(rounds, (rounds) => {
        const queue = new ReadyQueue();
        const model: { run(): void }[] = [];
        for (const [pushed, shifted] of rounds) {
          if (pushed === 0) {
            queue.clear();
            model.length = 0;
          }
          for (let i = 0; i < pushed; i++) {
            const runnable = { run() {} };
            queue.push(runnable);
            model.push(runnable);
          }
          const out = model.splice(0, shifted);
          expect(out.every((runnable) => runnable === queue.shift())).toBe(true);
          queue.trim();
          expect(queue.size).toBe(model.length);
        }
      }),
    );
  });

  test("lets go of what it gave out", async () => {
    const queue = new ReadyQueue();
    const push = () => {
      const runnable = { run() {} };
      queue.push(runnable);
      return new WeakRef(runnable);
    };
    const refs = Array.from({ length: 10 }, push);
    for (let i = 0; i < 10; i++) queue.shift().run();
    queue.push({ run() {} });
    queue.shift();
    await collectGarbage();
    expect(refs.filter((ref) => ref.deref() !== undefined)).toEqual([]);
  });
});

describe("TaskList", () => {
  test("keeps tasks in the order they came, whatever is taken out", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (steps) => {
        const list = new TaskList();
        const model: TaskContract[] = [];
        for (const step of steps) {
          const victim = model[step];
          if (victim === undefined) {
            const task = { taskBefore: null, taskAfter: null } as unknown as TaskContract;
            list.add(task);
            model.push(task);
          } else {
            list.delete(victim);
            model.splice(step, 1);
            expect(victim).toEqual({ taskBefore: null, taskAfter: null });
          }
          expect(list.size).toBe(model.length);
          expect([...list]).toEqual(model);
        }
      }),
    );
  });

  test("can be walked while the current task is taken out", () => {
    const list = new TaskList();
    const tasks = Array.from({ length: 3 }, () => ({ taskBefore: null, taskAfter: null }) as unknown as TaskContract);
    for (const task of tasks) list.add(task);
    const seen: TaskContract[] = [];
    for (const task of list) {
      seen.push(task);
      list.delete(task);
    }
    expect(seen).toEqual(tasks);
    expect(list.size).toBe(0);
  });
});

describe("TimerHeap", () => {
  test("gives out live timers by deadline, equal ones by age, through any cancelling and sweeping", () => {
    const step = fc.oneof(
      { arbitrary: fc.record({ push: fc.nat(5) }), weight: 5 },
      { arbitrary: fc.record({ cancel: fc.nat(400) }), weight: 4 },
      { arbitrary: fc.constant("pop" as const), weight: 1 },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600, size: "max" }), (steps) => {
        const heap = new TimerHeap();
        const timers: (TimerEntry & { dead: boolean })[] = [];
        const live = () =>
          timers
            .filter((timer) => timer.scheduled && !timer.dead)
            .sort((a, b) => a.when() - b.when() || a.sequence - b.sequence);
        for (const step of steps) {
          if (step === "pop") {
            const [first] = live();
            expect(heap.peek()).toBe(first);
            if (first !== undefined) expect(heap.pop()).toBe(first);
          } else if ("push" in step) {
            const timer = {
              dead: false,
              sequence: timers.length,
              scheduled: false,
              when: () => step.push,
              cancelled: () => timer.dead,
              run() {},
            };
            timers.push(timer);
            heap.push(timer);
          } else {
            const timer = timers[step.cancel % Math.max(timers.length, 1)];
            if (timer === undefined || timer.dead) continue;
            timer.dead = true;
            if (timer.scheduled) heap.noteCancelled();
          }
        }
        for (const timer of live()) {
          expect(heap.peek()).toBe(timer);
          heap.pop();
        }
        expect(heap.peek()).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });
});
