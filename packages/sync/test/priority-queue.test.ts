import { PriorityQueue, type PriorityQueueOptions } from "@tsyncio/sync";
import { createTask } from "@tsyncio/tasks";
import { failure, on, outcome } from "@tsyncio/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { both, turns } from "./support.ts";

function drained<T>(items: readonly T[], options?: PriorityQueueOptions<T>): T[] {
  const queue = new PriorityQueue<T>(0, options);
  for (const item of items) queue.putNowait(item);
  return items.map(() => queue.getNowait());
}

describe("PriorityQueue", () => {
  it("sorts numbers, and strings by their characters, as Python does", () => {
    expect(drained([3, -1, 10, 2.5, 2])).toEqual([-1, 2, 2.5, 3, 10]);
    expect(drained([3n, 1, 2n])).toEqual([1, 2n, 3n]);
    expect(drained(["b", "", "ab", "a", "B"])).toEqual(["", "B", "a", "ab", "b"]);
    // JavaScript's own order puts the emoji, a pair of surrogates, before U+FF5E.
    expect(drained(["\u{1f600}", "\uff5e", "z", "\u{1f601}"])).toEqual(["z", "\uff5e", "\u{1f600}", "\u{1f601}"]);
  });

  it("sorts arrays item by item, the shorter first, as Python's tuples", () => {
    const items = [[2], [1, "b"], [1, "a", 9], [1, "a"], [], [1, "a", 0]];
    expect(drained(items)).toEqual([[], [1, "a"], [1, "a", 0], [1, "a", 9], [1, "b"], [2]]);
    expect(drained([[[2]], [[1, 5]], [[1]]])).toEqual([[[1]], [[1, 5]], [[2]]]);
  });

  it("equal ones come in the order they were put in", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 60 }), (priorities) => {
        const items = priorities.map((priority, i) => ({ priority, i }));
        const sorted = items.toSorted((a, b) => a.priority - b.priority || a.i - b.i);
        expect(drained(items, { key: (item) => item.priority })).toEqual(sorted);
        expect(drained(items, { compare: (a, b) => a.priority - b.priority })).toEqual(sorted);
      }),
    );
  });

  it("gives the least of what is in it, however puts and gets mix", () => {
    const steps = fc.array(fc.option(fc.integer({ min: -20, max: 20 })), { maxLength: 100 });
    fc.assert(
      fc.property(steps, (puts) => {
        const queue = new PriorityQueue<number>();
        const model: number[] = [];
        for (const item of puts) {
          if (item !== null) {
            queue.putNowait(item);
            model.push(item);
            model.sort((a, b) => a - b);
          } else if (model.length > 0) expect(queue.getNowait()).toBe(model.shift());
          expect(queue.qsize()).toBe(model.length);
        }
      }),
    );
  });

  it("what is given back comes before what is equal to it", () => {
    const queue = new PriorityQueue<{ name: string; urgency: number }>(0, { key: ({ urgency }) => urgency });
    for (const name of ["a", "b", "c"]) queue.putNowait({ name, urgency: 1 });
    const [a, b] = [queue.getNowait(), queue.getNowait()];
    queue.giveBack(b);
    queue.giveBack(a);
    queue.putNowait({ name: "d", urgency: 0 });
    expect([1, 2, 3, 4].map(() => queue.getNowait().name)).toEqual(["d", "a", "b", "c"]);
  });

  it("asks for the key of an item once", () => {
    const asked: string[] = [];
    const key = (item: string) => {
      asked.push(item);
      return item.length;
    };
    expect(drained(["ccc", "a", "bb", "dddd"], { key })).toEqual(["a", "bb", "ccc", "dddd"]);
    expect(asked).toEqual(["ccc", "a", "bb", "dddd"]);
  });

  both("an item that can't be compared is refused by name, and the queue is as it was", function* () {
    const queue = new PriorityQueue<unknown>();
    for (const item of [5, 3, 8, 1]) queue.putNowait(item);
    const error = yield* failure(queue.put("text"));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toBe(
      'TypeError: a PriorityQueue can\'t tell which of "text" and 3 comes first: give it { key } or { compare }',
    );
    expect(outcome(() => queue.putNowait({}))).toBeInstanceOf(TypeError);
    expect(outcome(() => queue.putNowait([1]))).toBeInstanceOf(TypeError);
    expect([queue.qsize(), String(queue)]).toEqual([4, expect.stringContaining("tasks=4")]);
    expect([1, 2, 3, 4].map(() => queue.getNowait())).toEqual([1, 3, 5, 8]);
  });

  it("a comparison that fails in a get loses nothing", () => {
    let fails = false;
    const compare = (a: number, b: number) => {
      if (fails) throw new Error("not now");
      return a - b;
    };
    const queue = new PriorityQueue<number>(0, { compare });
    for (const item of [4, 2, 3, 1]) queue.putNowait(item);
    fails = true;
    expect(outcome(() => queue.getNowait())).toEqual(new Error("not now"));
    expect(queue.qsize()).toBe(4);
    fails = false;
    expect([1, 2, 3, 4].map(() => queue.getNowait())).toEqual([1, 2, 3, 4]);
  });

  both("who was woken with an item that can't be compared lets the next one put", function* () {
    const queue = new PriorityQueue<unknown>(2);
    for (const item of [1, 2]) queue.putNowait(item);
    const bad = createTask(queue.put("text"));
    const good = createTask(queue.put(3));
    yield* turns(2);
    queue.getNowait();
    expect(yield* failure(bad)).toBeInstanceOf(TypeError);
    yield* on(good);
    expect([queue.getNowait(), queue.getNowait()]).toEqual([2, 3]);
  });

  it("refuses options that are none", () => {
    const options = [null, 1, { key: "name" }, { compare: 1 }, { key: () => 1, compare: () => 1 }];
    for (const each of options) expect(outcome(() => new PriorityQueue(0, each as never))).toBeInstanceOf(TypeError);
    const queue = new PriorityQueue<number>(0, { compare: () => "less" as never });
    queue.putNowait(1);
    expect(String(outcome(() => queue.putNowait(2)))).toContain("compare must return a number");
  });
});
