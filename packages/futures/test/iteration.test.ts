// `yield*` as a task drives it, and what comes of driving it in other ways.
import { isWaitable, RuntimeError, type Suspension, WAIT } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { describe, expect, expectTypeOf, test } from "vitest";

/** What a task does: runs `coroutine` until it ends, and ends what it waits for by `end`. */
function drive<T>(coroutine: Iterator<unknown, T, unknown>, end: (future: Future<unknown>) => void): T {
  let step = coroutine.next();
  while (!step.done) {
    const future = step.value as Future<unknown>;
    expect(isWaitable(future)).toBe(true);
    end(future);
    step = coroutine.next(future.result());
  }
  return step.value;
}

test("yield* of a pending future hands it to the task, once, and gives what the task sends", () => {
  const future = new Future<number>();
  const handed: unknown[] = [];
  function* main() {
    return (yield* future) + 1;
  }
  const result = drive(main(), (waitable) => {
    handed.push(waitable === future);
    waitable.setResult(41);
  });
  expect([result, handed]).toEqual([42, [true]]);
});

test("yield* of a future that is done hands the task nothing", () => {
  const [good, bad, cancelled] = [new Future<number>(), new Future<number>(), new Future<number>()];
  good.setResult(1);
  bad.setException(new RangeError("by zero"));
  cancelled.cancel("enough");
  const errors: unknown[] = [];
  function* main() {
    for (const future of [bad, cancelled]) {
      try {
        yield* future;
      } catch (error) {
        errors.push(String(error));
      }
    }
    return yield* good;
  }
  const result = drive(main(), () => {
    throw new Error("nothing to wait for");
  });
  expect([result, errors]).toEqual([1, ["RangeError: by zero", "CancelledError: enough"]]);
});

test("what the task throws comes out of yield*", () => {
  const future = new Future<number>();
  function* main() {
    try {
      yield* future;
    } catch (error) {
      return `caught ${error}`;
    }
    return "not caught";
  }
  const coroutine = main();
  coroutine.next();
  expect(coroutine.throw(new RangeError("far"))).toEqual({ done: true, value: "caught RangeError: far" });
});

test("closing the coroutine runs its finally blocks", () => {
  const future = new Future<number>();
  let cleaned = false;
  function* main() {
    try {
      yield* future;
    } finally {
      cleaned = true;
    }
  }
  const coroutine = main();
  coroutine.next();
  expect(coroutine.return(undefined)).toEqual({ done: true, value: undefined });
  expect(cleaned).toBe(true);
});

describe("driven by anything but a task, yield* throws instead of giving nonsense:", () => {
  const misuse = new RuntimeError("yield* wasn't used with future: only a task can drive it");

  test("by for … of", () => {
    expect(() => {
      for (const _ of new Future() as Iterable<unknown>);
    }).toThrow(misuse);
  });

  test("by spread and destructuring", () => {
    expect(() => [...(new Future() as Iterable<unknown>)]).toThrow(misuse);
    expect(() => {
      const [, second] = new Future() as Iterable<unknown>;
      return second;
    }).toThrow(misuse);
  });

  test("by next() twice", () => {
    const iterator = new Future()[Symbol.iterator]();
    iterator.next();
    expect(() => iterator.next()).toThrow(misuse);
  });
});

test("yield* in an async generator, and for await, say to write await", async () => {
  const future = new Future<number>();
  async function* wrong() {
    // It type-checks as never: TypeScript takes any iterator here.
    yield* future as unknown as AsyncIterable<number>;
  }
  const error = new TypeError("yield* of a Future in an async generator: write await");
  await expect(wrong().next()).rejects.toThrow(error);
  const loop = async () => {
    for await (const _ of future as unknown as AsyncIterable<number>);
  };
  await expect(loop()).rejects.toThrow(error);
});

test("carries the mark of what a task can wait for, on its prototype", () => {
  const future = new Future();
  expect(future["@@tsyncio"]).toBe(WAIT);
  expect(Object.keys(future)).toEqual([]);
});

test("yield* infers the type of the result", () => {
  function* main() {
    const value = yield* new Future<number>();
    expectTypeOf(value).toEqualTypeOf<number>();
    return [value, "x"] as const;
  }
  expectTypeOf(main).returns.toExtend<Generator<Suspension, readonly [number, "x"], unknown>>();
});
