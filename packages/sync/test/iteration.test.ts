import { CancelledError } from "@tsyncio/contract";
import { Queue } from "@tsyncio/sync";
import { coroutine, createTask, forEach } from "@tsyncio/tasks";
import { failure, on, worldOf } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";
import { both, turn, turns } from "./support.ts";

/** A consumer of each way to iterate; `each` gives `false` to leave the loop. */
const ways: Record<string, (queue: Queue<number>, each: (item: number) => unknown) => PromiseLike<void>> = {
  "for await": async (queue, each) => {
    for await (const item of queue) if (each(item) === false) break;
  },
  "forEach in a generator": coroutine(function* (queue: Queue<number>, each: (item: number) => unknown) {
    yield* forEach(queue, function* (item) {
      yield* turn();
      return each(item);
    });
  }),
};

describe.each(Object.entries(ways))("%s over a queue", (_, consume) => {
  both("gives the items as they come, and ends when it was shut down and is empty", function* () {
    const queue = new Queue<number>();
    const got: number[] = [];
    const task = createTask(() => consume(queue, (item) => got.push(item)));
    yield* on(sleep(1));
    for (const item of [1, 2, 3]) queue.putNowait(item);
    yield* on(sleep(1));
    queue.putNowait(4);
    queue.shutdown();
    yield* on(task);
    expect(got).toEqual([1, 2, 3, 4]);
    yield* on(createTask(() => consume(queue, () => expect.fail("it is empty"))));
  });

  both("that is left takes no more than it gave", function* () {
    const queue = new Queue<number>();
    for (const item of [1, 2, 3]) queue.putNowait(item);
    const got: number[] = [];
    yield* on(createTask(() => consume(queue, (item) => got.push(item) < 2)));
    expect([got, queue.getNowait(), queue.qsize()]).toEqual([[1, 2], 3, 0]);
  });

  for (const order of ["the item first", "the cancellation first"]) {
    both(`that is cancelled in the turn in which an item comes, ${order}, takes none`, function* () {
      const queue = new Queue<number>();
      const got: number[] = [];
      const task = createTask(() => consume(queue, (item) => got.push(item)));
      yield* turns(4);
      const acts = [() => queue.putNowait(1), () => task.cancel()];
      if (order === "the cancellation first") acts.reverse();
      for (const act of acts) act();
      expect(yield* failure(task)).toBeInstanceOf(CancelledError);
      expect([got, queue.getNowait()]).toEqual([[], 1]);
    });
  }

  both("passes on what its body throws", function* () {
    const queue = new Queue<number>();
    queue.putNowait(1);
    queue.putNowait(2);
    const fail = () => {
      throw new Error("own");
    };
    const broken = createTask(() => consume(queue, fail));
    expect(yield* failure(broken)).toEqual(new Error("own"));
    expect(queue.qsize()).toBe(1);
  });
});

describe("a queue's iterator", () => {
  it("is an iterable itself, and its next() is for either kind of coroutine", async () => {
    const { loop, leave } = worldOf();
    const queue = new Queue<string>();
    for (const item of "abc") queue.putNowait(item);
    const iterator = queue[Symbol.asyncIterator]();
    expect(iterator[Symbol.asyncIterator]()).toBe(iterator);
    await loop.runUntilComplete(async () => {
      expect(await iterator.next()).toEqual({ done: false, value: "a" });
      for await (const item of iterator) {
        expect(item).toBe("b");
        break;
      }
    });
    queue.shutdown();
    expect([await iterator.next(), await iterator.next()]).toEqual([
      { done: false, value: "c" },
      { done: true, value: undefined },
    ]);
    leave();
  });
});
