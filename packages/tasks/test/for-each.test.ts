import { CancelledError, type CoroutineGenerator } from "@tsyncio/contract";
import { coroutine, createTask, currentTask, forEach } from "@tsyncio/tasks";
import { failure, on, outcome, worldOf } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { both, pause, turn } from "./support.ts";

/** An async iterable written by hand, on awaitables of ours. */
function counted(to: number, trace: string[] = []): AsyncIterable<number> {
  const next = coroutine(function* (n: number) {
    yield* pause(1);
    return n < to ? { done: false as const, value: n } : { done: true as const, value: undefined };
  });
  const close = coroutine(function* () {
    yield* pause(1);
    trace.push("closed");
    return { done: true as const, value: undefined };
  });
  return {
    [Symbol.asyncIterator]() {
      let n = 0;
      return { next: () => next(n++), return: () => close() };
    },
  };
}

describe("forEach", () => {
  both("runs its body for each item of an async iterable of ours, one after the other", function* ({ fn, loop }) {
    const seen: unknown[] = [];
    yield* on(
      forEach(
        counted(3),
        fn(function* (n: number) {
          yield* on(pause(1));
          seen.push([n, loop.time()]);
        }),
      ),
    );
    expect(seen).toEqual([
      [0, 2],
      [1, 4],
      [2, 6],
    ]);
  });

  both("takes async generators, lists, sets, maps, strings and generators of plain values", function* ({ fn }) {
    const generator = async function* () {
      yield "async";
      await null;
      yield "generator";
    };
    const lazy = function* () {
      yield* [1, 2];
    };
    const sources: (Iterable<unknown> | AsyncIterable<unknown>)[] = [
      generator(),
      [3, 4],
      new Set([5]),
      new Map([["k", "v"]]),
      "héy",
      lazy(),
      [],
    ];
    const seen: unknown[] = [];
    const note = fn(function* (item: unknown) {
      seen.push(item);
    });
    for (const source of sources) yield* on(forEach(source, note));
    expect(seen).toEqual(["async", "generator", 3, 4, 5, ["k", "v"], "h", "é", "y", 1, 2]);
  });

  both("gives items as they are, awaitables too", function* ({ fn }) {
    const item = pause(1, "inner");
    const seen: unknown[] = [];
    yield* on(
      forEach(
        [item],
        fn(function* (each: typeof item) {
          seen.push(each === item, yield* on(each));
        }),
      ),
    );
    expect(seen).toEqual([true, "inner"]);
  });

  both("runs body and iterator in the task that iterates", function* ({ fn }) {
    const task = currentTask()?.getName();
    const seen: unknown[] = [];
    const generator = async function* () {
      seen.push(currentTask()?.getName());
      yield 1;
    };
    yield* on(
      forEach(
        generator(),
        fn(function* () {
          seen.push(currentTask()?.getName());
        }),
      ),
    );
    expect(seen).toEqual([task, task]);
  });

  both("ends when the body gives false, and closes the iterator", function* ({ fn }) {
    const trace: string[] = [];
    yield* on(
      forEach(
        counted(10, trace),
        fn(function* (n: number) {
          trace.push(String(n));
          return n < 1;
        }),
      ),
    );
    expect(trace).toEqual(["0", "1", "closed"]);
  });

  both("does not close an iterator that ended by itself", function* ({ fn }) {
    const trace: string[] = [];
    yield* on(
      forEach(
        counted(1, trace),
        fn(function* () {}),
      ),
    );
    expect(trace).toEqual([]);
  });

  both("closes the iterator when the body throws, and throws that", function* ({ fn }) {
    const trace: string[] = [];
    const failing = forEach(
      counted(10, trace),
      fn(function* () {
        throw new Error("body");
      }),
    );
    expect(yield* failure(failing)).toEqual(new Error("body"));
    expect(trace).toEqual(["closed"]);
  });

  both("closes the iterator when it is cancelled, in the body and between items", function* ({ fn }) {
    for (const seconds of [1.5, 0.5]) {
      const trace: string[] = [];
      const task = createTask(
        forEach(
          counted(10, trace),
          fn(function* () {
            yield* on(pause(1));
          }),
        ),
      );
      yield* on(pause(seconds));
      task.cancel("enough");
      expect(yield* failure(task)).toEqual(new CancelledError("enough"));
      expect(trace).toEqual(["closed"]);
    }
  });

  both("a cancellation reaches the awaits of an async generator, and its finally blocks run", function* ({ fn, loop }) {
    const trace: string[] = [];
    const generator = async function* () {
      try {
        yield 1;
        await pause(1000);
        yield 2;
      } finally {
        await pause(1);
        trace.push("generator cleaned up");
      }
    };
    const task = createTask(
      forEach(
        generator(),
        fn(function* (n: number) {
          trace.push(String(n));
        }),
      ),
    );
    yield* on(pause(1));
    task.cancel("in there");
    expect(yield* failure(task)).toEqual(new CancelledError("in there"));
    expect(trace).toEqual(["1", "generator cleaned up"]);
    expect(loop.time()).toBe(2);
  });

  both("a cancellation reaches the awaits of an async next()", function* ({ fn }) {
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          await pause(1000);
          return { done: false, value: 1 };
        },
      }),
    };
    const task = createTask(
      forEach(
        source,
        fn(function* () {}),
      ),
    );
    yield* on(pause(1));
    task.cancel();
    expect(yield* failure(task)).toBeInstanceOf(CancelledError);
  });

  both("a cancellation leaves alone the promise of any other next(), and closes the iterator", function* ({ fn }) {
    const trace: string[] = [];
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: () => {
          trace.push("closed");
          return Promise.resolve({ done: true, value: undefined });
        },
      }),
    };
    const task = createTask(
      forEach(
        source,
        fn(function* () {}),
      ),
    );
    yield* on(turn());
    yield* on(turn());
    task.cancel();
    expect(yield* failure(task)).toBeInstanceOf(CancelledError);
    expect(trace).toEqual(["closed"]);
  });

  both("throws what the iterator throws", function* ({ fn }) {
    const broken = async function* () {
      yield 1;
      throw new Error("iterator");
    };
    const seen: unknown[] = [];
    const failing = forEach(
      broken(),
      fn(function* (n: number) {
        seen.push(n);
      }),
    );
    expect(yield* failure(failing)).toEqual(new Error("iterator"));
    expect(seen).toEqual([1]);
  });

  both("runs the finally blocks of an async generator that it leaves", function* ({ fn }) {
    const trace: string[] = [];
    const generator = async function* () {
      try {
        for (let n = 0; ; n++) yield n;
      } finally {
        await pause(1);
        trace.push("finally");
      }
    };
    yield* on(
      forEach(
        generator(),
        fn(function* (n: number) {
          return n < 2;
        }),
      ),
    );
    expect(trace).toEqual(["finally"]);
  });

  both("takes iterators that can't be closed", function* ({ fn }) {
    const source = {
      [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }),
    } as Iterable<number>;
    yield* on(
      forEach(
        source,
        fn(function* () {
          return false;
        }),
      ),
    );
  });

  it("refuses what is no iterable, and a body that is no function", () => {
    const body = function* (): CoroutineGenerator<void> {};
    const text = "forEach() takes an async iterable or an iterable, got";
    expect(outcome(() => forEach(5 as never, body))).toEqual(new TypeError(`${text} 5`));
    expect(outcome(() => forEach(null as never, body))).toEqual(new TypeError(`${text} null`));
    expect(outcome(() => forEach({} as never, body))).toEqual(new TypeError(`${text} an object`));
    const made = turn();
    expect(outcome(() => forEach(made as never, body))).toEqual(new TypeError(`${text} <Coroutine turn>`));
    made.close();
    expect(outcome(() => forEach([], "body" as never))).toEqual(
      new TypeError('a function was expected as the body of forEach(), got "body"'),
    );
  });
});

describe("loop.shutdownAsyncgens", () => {
  it("closes async generators that forEach is in the middle of, and only those", async () => {
    const world = worldOf();
    const trace: string[] = [];
    const generator = async function* (name: string) {
      try {
        yield 1;
        yield 2;
      } finally {
        trace.push(`${name} closed`);
      }
    };
    const stuck = world.loop.createTask(
      coroutine(function* () {
        yield* forEach(generator("ended"), function* () {});
        yield* forEach(generator("open"), function* () {
          yield* pause(1000);
        });
      }),
    );
    await world.loop.runUntilComplete(pause(1));
    expect(trace).toEqual(["ended closed"]);
    await world.loop.shutdownAsyncgens();
    expect(trace).toEqual(["ended closed", "open closed"]);
    stuck.cancel();
    await world.loop.runUntilComplete(stuck).catch(() => {});
    world.leave();
  });

  it("reports what closing throws", async () => {
    const world = worldOf();
    const generator = async function* () {
      try {
        yield 1;
      } finally {
        await Promise.reject(new Error("closing"));
      }
    };
    const stuck = world.loop.createTask(
      forEach(generator(), function* () {
        yield* pause(1000);
      }),
    );
    await world.loop.runUntilComplete(pause(1));
    await world.loop.shutdownAsyncgens();
    expect(world.takeReports()).toEqual(["an error occurred during closing of asynchronous generator: Error: closing"]);
    stuck.cancel();
    await world.loop.runUntilComplete(stuck).catch(() => {});
    world.leave();
  });
});
