import { inspect } from "node:util";
import { CancelledError, QueueEmpty, QueueFull, QueueShutDown, ValueError } from "@tsyncio/contract";
import { LifoQueue, PriorityQueue, Queue } from "@tsyncio/sync";
import { createTask, gather } from "@tsyncio/tasks";
import { failure, on, outcome } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";
import { both, start, turn, turns } from "./support.ts";

const makers: Record<string, (maxsize?: number) => Queue<number>> = {
  Queue: (maxsize) => new Queue(maxsize),
  LifoQueue: (maxsize) => new LifoQueue(maxsize),
  PriorityQueue: (maxsize) => new PriorityQueue(maxsize),
};

/** In which order [2, 1, 3] comes out. */
const orders: Record<string, number[]> = { Queue: [2, 1, 3], LifoQueue: [3, 1, 2], PriorityQueue: [1, 2, 3] };

describe.each(Object.entries(makers))("%s", (name, make) => {
  both("gives its items in its order, without a turn", function* ({ loop }) {
    const queue = make();
    let turned = false;
    loop.callSoon(() => {
      turned = true;
    });
    for (const item of [2, 1]) expect(yield* on(queue.put(item))).toBe(undefined);
    queue.putNowait(3);
    expect([queue.qsize(), queue.empty(), queue.full(), queue.maxsize]).toEqual([3, false, false, 0]);
    expect([yield* on(queue.get()), queue.getNowait(), yield* on(queue.get())]).toEqual(orders[name]);
    expect([queue.qsize(), queue.empty(), turned]).toEqual([0, true, false]);
    yield* on(turn());
  });

  both("with a maxsize holds back who puts, in the order they came", function* () {
    const queue = make(2);
    for (const item of [1, 2]) queue.putNowait(item);
    expect(queue.full()).toBe(true);
    const putters = [3, 4].map((item) => createTask(queue.put(item)));
    yield* on(turn());
    queue.getNowait();
    yield* on(turn());
    expect(putters.map((task) => task.done())).toEqual([true, false]);
    queue.getNowait();
    yield* on(putters[1]);
    expect([queue.qsize(), queue.full()]).toEqual([2, true]);
  });

  both(
    "an item that is given back is the next one again, also in a full queue, and one that was shut down",
    function* () {
      const queue = make(3);
      for (const item of [2, 1, 3]) queue.putNowait(item);
      const first = queue.getNowait();
      queue.putNowait(9);
      queue.giveBack(first);
      expect(queue.qsize()).toBe(4);
      queue.shutdown();
      const taken = [queue.getNowait(), queue.getNowait(), queue.getNowait(), queue.getNowait()];
      expect(taken[0]).toBe(first);
      queue.giveBack(taken[3] as number);
      expect(yield* on(queue.get())).toBe(taken[3]);
      for (const _ of taken) queue.taskDone();
      yield* on(queue.join());
    },
  );

  both("an item that is given back wakes who waits for one", function* () {
    const queue = make();
    queue.putNowait(5);
    const item = queue.getNowait();
    const getter = createTask(queue.get());
    yield* on(turn());
    queue.giveBack(item);
    expect(yield* on(getter)).toBe(5);
  });

  both("says at once that it is full, or empty", function* () {
    const queue = make(1);
    expect(outcome(() => queue.getNowait())).toBeInstanceOf(QueueEmpty);
    yield* on(queue.put(1));
    expect(outcome(() => queue.putNowait(2))).toBeInstanceOf(QueueFull);
    expect(queue.qsize()).toBe(1);
  });

  both("those who get are served in the order they came", function* (tools) {
    const queue = make();
    const served: string[] = [];
    const getter = (who: string) =>
      start(tools, who, function* () {
        yield* on(queue.get());
        served.push(who);
      });
    const getters = [getter("a"), getter("b"), getter("c")];
    yield* on(turn());
    for (const item of [1, 2, 3]) queue.putNowait(item);
    yield* on(gather(getters));
    expect(served).toEqual(["a", "b", "c"]);
  });

  for (const order of ["the item first", "the cancellation first"]) {
    both(`a get that is cancelled in the turn in which an item comes, ${order}, loses none`, function* () {
      const queue = make();
      const first = createTask(queue.get());
      const second = createTask(queue.get());
      yield* on(turn());
      const acts = [() => queue.putNowait(7), () => first.cancel()];
      if (order === "the cancellation first") acts.reverse();
      for (const act of acts) act();
      expect(yield* failure(first)).toBeInstanceOf(CancelledError);
      expect(yield* on(second)).toBe(7);
      expect(String(queue)).toBe(`<${name} maxsize=0 tasks=1>`);
    });

    both(`a put that is cancelled in the turn in which there is room, ${order}, puts nothing in`, function* () {
      const queue = make(1);
      queue.putNowait(1);
      const first = createTask(queue.put(2));
      const second = createTask(queue.put(3));
      yield* on(turn());
      const acts = [() => queue.getNowait(), () => first.cancel()];
      if (order === "the cancellation first") acts.reverse();
      for (const act of acts) act();
      expect(yield* failure(first)).toBeInstanceOf(CancelledError);
      yield* on(second);
      expect(queue.getNowait()).toBe(3);
      expect(queue.empty()).toBe(true);
    });
  }

  both("a get and a put that are cancelled before their first step do nothing", function* () {
    const queue = make();
    queue.putNowait(1);
    const tasks = [createTask(queue.get()), createTask(queue.put(2))];
    for (const task of tasks) task.cancel();
    yield* on(gather(tasks, { returnExceptions: true }));
    expect([queue.getNowait(), queue.empty()]).toEqual([1, true]);
  });

  both("join() waits until every item is done", function* (tools) {
    const queue = make();
    yield* on(queue.join());
    const consumer = start(tools, "consumer", function* () {
      for (let i = 0; i < 3; i++) {
        yield* on(queue.get());
        yield* on(sleep(1));
        queue.taskDone();
      }
    });
    for (const item of [1, 2, 3]) queue.putNowait(item);
    expect(yield* on(queue.join())).toBe(undefined);
    expect(tools.loop.time()).toBe(3);
    yield* on(consumer);
    expect(outcome(() => queue.taskDone())).toEqual(new ValueError("task_done() called too many times"));
  });

  both("shutdown() wakes who waits, and lets what is left be taken", function* () {
    const queue = make(1);
    queue.putNowait(1);
    const putter = createTask(queue.put(2));
    const joining = createTask(queue.join());
    yield* on(turn());
    queue.shutdown();
    expect(yield* failure(putter)).toBeInstanceOf(QueueShutDown);
    expect(outcome(() => queue.putNowait(3))).toBeInstanceOf(QueueShutDown);
    expect(yield* failure(queue.put(3))).toBeInstanceOf(QueueShutDown);
    expect(String(queue)).toBe(`<${name} maxsize=1 _queue=[1] tasks=1 shutdown>`);
    expect(yield* on(queue.get())).toBe(1);
    expect(yield* failure(queue.get())).toBeInstanceOf(QueueShutDown);
    expect(outcome(() => queue.getNowait())).toBeInstanceOf(QueueShutDown);
    expect(joining.done()).toBe(false);
    queue.taskDone();
    yield* on(joining);
  });

  both("shutdown() wakes all who get", function* () {
    const queue = make();
    const getters = [1, 2, 3].map(() => createTask(queue.get()));
    yield* on(turn());
    queue.shutdown();
    for (const task of getters) expect(yield* failure(task)).toBeInstanceOf(QueueShutDown);
    queue.shutdown();
    expect(String(queue)).toBe(`<${name} maxsize=0 shutdown>`);
  });

  both("shutdown(true) drops what is left, as if it were done", function* () {
    const queue = make();
    for (const item of [1, 2]) queue.putNowait(item);
    const joining = createTask(queue.join());
    yield* on(turn());
    queue.shutdown(true);
    yield* on(joining);
    expect(yield* failure(queue.get())).toBeInstanceOf(QueueShutDown);
    expect(outcome(() => queue.taskDone())).toBeInstanceOf(ValueError);
  });

  both("shows what is in it and who waits, as asyncio does", function* () {
    const queue = make(1);
    expect(String(queue)).toBe(`<${name} maxsize=1>`);
    const getter = createTask(queue.get());
    yield* on(turn());
    expect(inspect(queue)).toBe(`<${name} maxsize=1 _getters[1]>`);
    expect(getter.describeWait()).toBe(`<${name} maxsize=1 _getters[1]>`);
    queue.putNowait(5);
    expect(String(queue)).toBe(`<${name} maxsize=1 _queue=[5] tasks=1>`);
    yield* on(getter);
    yield* on(queue.put(6));
    const putter = createTask(queue.put(7));
    yield* on(turn());
    expect(String(queue)).toBe(`<${name} maxsize=1 _queue=[6] _putters[1] tasks=2>`);
    queue.getNowait();
    yield* on(putter);
  });

  it("refuses a maxsize that is none; a negative one is no limit", () => {
    for (const maxsize of [1.5, Number.NaN, Number.POSITIVE_INFINITY, "2", null]) {
      const error = outcome(() => make(maxsize as never));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain("maxsize must be a whole number");
    }
    const queue = make(-1);
    for (let i = 0; i < 100; i++) queue.putNowait(i);
    expect([queue.full(), queue.qsize(), queue.maxsize]).toEqual([false, 100, -1]);
    expect(String(queue)).toContain("… 80 more]");
  });
});

describe("Queue", () => {
  both("who was woken and finds nothing goes to the end of the line", function* (tools) {
    const queue = new Queue<number>();
    const trace: string[] = [];
    const getter = (who: string) =>
      start(tools, who, function* () {
        trace.push(`${who} ${yield* on(queue.get())}`);
      });
    const getters = [getter("a"), getter("b")];
    yield* on(turn());
    queue.putNowait(1);
    expect(queue.getNowait()).toBe(1);
    yield* turns(2);
    for (const item of [2, 3]) queue.putNowait(item);
    yield* on(gather(getters));
    expect(trace).toEqual(["b 2", "a 3"]);
  });

  both("moves any number of items in order", function* () {
    const queue = new Queue<number>();
    const got: number[] = [];
    let next = 0;
    for (const [put, take] of [
      [3, 2],
      [10, 4],
      [5000, 4000],
      [7, 1014],
    ] as const) {
      for (let i = 0; i < put; i++) queue.putNowait(next++);
      for (let i = 0; i < take; i++) got.push(yield* on(queue.get()));
    }
    expect(queue.empty()).toBe(true);
    expect(got).toEqual(Array.from({ length: next }, (_, i) => i));
  });

  both("keeps items in a store of the user's", function* () {
    const items: string[] = [];
    const store = {
      get size() {
        return items.length;
      },
      add: (item: string) => void items.push(item),
      take: () => items.splice(items.length >> 1, 1)[0] as string,
      items: () => items,
    };
    const queue = new Queue<string>(0, store);
    for (const item of "abc") queue.putNowait(item);
    expect(yield* on(queue.get())).toBe("b");
    expect(String(queue)).toBe('<Queue maxsize=0 _queue=["a", "c"] tasks=3>');
  });

  both(
    "warns in debug mode of awaitables, which await would not give as they are",
    function* ({ takeLog }) {
      const queue = new Queue<unknown>();
      queue.putNowait(Promise.resolve(1));
      yield* on(queue.put(Promise.resolve(2)));
      const log = takeLog();
      expect(log).toHaveLength(2);
      expect(log[0]).toMatch(/^Queue was given an awaitable: .* put a function in instead$/);
    },
    { debug: true },
  );
});
