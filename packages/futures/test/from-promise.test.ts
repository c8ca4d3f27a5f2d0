import { CancelledError, type ExceptionContext } from "@tsyncio/contract";
import { Future, fromPromise, wrapFuture } from "@tsyncio/futures";
import { newEventLoop } from "@tsyncio/loop";
import { worldOf } from "@tsyncio/test-support";
import { describe, expect, expectTypeOf, test } from "vitest";

const error = new RangeError("by zero");
const tick = () => new Promise((resolve) => setImmediate(resolve));

describe("a foreign promise", () => {
  test("gives the future its value, or its error", async () => {
    expect(await fromPromise(Promise.resolve(1))).toBe(1);
    await expect(fromPromise(Promise.reject(error))).rejects.toBe(error);
  });

  test("may be any thenable, one that calls back at once and twice too", async () => {
    const thenable = {
      then(resolve: (value: number) => void) {
        resolve(1);
        resolve(2);
      },
    } as PromiseLike<number>;
    const future = fromPromise(thenable);
    expect(future.done()).toBe(false);
    expect(await future).toBe(1);
  });

  test("that rejects with anything, nothing and a class too, fails the future with just that", async () => {
    for (const thrown of [undefined, null, "text", RangeError]) {
      await expect(fromPromise(Promise.reject(thrown))).rejects.toBe(thrown);
    }
  });

  test("goes on when the future is cancelled, and what becomes of it is nobody's", async () => {
    const { promise, reject } = deferred<number>();
    const future = fromPromise(promise);
    expect(future.cancel("enough")).toBe(true);
    reject(error);
    await expect(future).rejects.toMatchObject({ name: "CancelledError", reason: "enough" });
    await tick();
  });

  test("that is a future already is given back as it is", () => {
    const future = new Future<number>();
    expect(fromPromise(future) === future).toBe(true);
  });
});

function deferred<T>() {
  let resolve = (_value: T) => {};
  let reject = (_error: unknown) => {};
  const promise = new Promise<T>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}

describe("a function of a signal", () => {
  test("is called at once, and its promise gives the future its value or error", async () => {
    let called = false;
    const future = fromPromise(async (signal) => {
      called = signal instanceof AbortSignal && !signal.aborted;
      return 1;
    });
    expect(called).toBe(true);
    expect(await future).toBe(1);
    await expect(fromPromise(() => Promise.reject(error))).rejects.toBe(error);
  });

  test("that throws rejects the future", async () => {
    const future = fromPromise(() => {
      throw error;
    });
    await expect(future).rejects.toBe(error);
  });

  test("may return a value that is no promise", async () => {
    expect(await fromPromise((() => 1) as unknown as () => Promise<number>)).toBe(1);
  });

  test("has its signal aborted by the cancellation, with the CancelledError as reason", async () => {
    let signal: AbortSignal | undefined;
    const future = fromPromise((given) => {
      signal = given;
      return new Promise(() => {});
    });
    future.cancel("enough");
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toBeInstanceOf(CancelledError);
    expect(signal?.reason).toMatchObject({ reason: "enough" });
    expect(future.cancel("again")).toBe(false);
  });

  test("keeps its signal as it is when it has ended", async () => {
    let signal: AbortSignal | undefined;
    const future = fromPromise(async (given) => {
      signal = given;
    });
    await future;
    expect(future.cancel()).toBe(false);
    expect(signal?.aborted).toBe(false);
  });

  test("that ends in the abort changes nothing: the future is cancelled", async () => {
    const future = fromPromise(
      (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    );
    future.cancel("enough");
    await tick();
    expect(future.cancelled()).toBe(true);
  });

  test("works with fetch", async () => {
    const future = fromPromise((signal) => fetch("data:,hello", { signal }));
    expect(await (await future).text()).toBe("hello");
  });
});

describe("onLate", () => {
  test("gets a value that comes after the cancellation", async () => {
    const { promise, resolve } = deferred<string>();
    const late: string[] = [];
    const future = fromPromise(promise, { onLate: (value) => late.push(value) });
    future.cancel();
    resolve("connection");
    await tick();
    expect(late).toEqual(["connection"]);
  });

  test("is not called in time, nor for an error", async () => {
    const late: unknown[] = [];
    const options = { onLate: (value: unknown) => late.push(value) };
    await fromPromise(Promise.resolve(1), options);
    const future = fromPromise(Promise.reject(error), options);
    future.cancel();
    await tick();
    expect(late).toEqual([]);
  });

  test("that throws is reported to the loop's exception handler", async () => {
    const reports: ExceptionContext[] = [];
    const loop = newEventLoop({ exceptionHandler: (_, context) => reports.push(context) });
    const onLate = () => {
      throw error;
    };
    const future = fromPromise(Promise.resolve(1), { loop, onLate });
    future.cancel();
    await tick();
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ message: "Exception in onLate of fromPromise()", exception: error });
    loop.close();
  });
});

test("its loop knows of it while it is waited for, and no longer", async () => {
  const { loop, leave } = worldOf();
  const waits = () => loop.foreignWaits();
  const [a, b] = [deferred<number>(), deferred<number>()];
  const [one, two] = [fromPromise(a.promise, { loop }), fromPromise(b.promise, { loop })];
  expect(waits()).toEqual(["fromPromise()", "fromPromise()"]);
  expect(one.getLoop()).toBe(loop);
  a.resolve(1);
  await tick();
  expect([one.result(), waits()]).toEqual([1, ["fromPromise()"]]);
  two.cancel();
  expect(waits()).toEqual([]);
  leave();
});

test("what is neither a promise nor a function is refused, with nothing begun", () => {
  const { loop, leave } = worldOf();
  const expected = (got: string) =>
    new TypeError(`a promise, or a function of a signal, was expected by fromPromise(), got ${got}`);
  for (const [bad, got] of [
    [undefined, "undefined"],
    [null, "null"],
    [5, "5"],
    ["x", '"x"'],
    [{ then: 5 }, "an object"],
  ]) {
    expect(() => fromPromise(bad as never, { loop })).toThrow(expected(got as string));
  }
  expect(() => fromPromise(Promise.resolve(), { loop, onLate: 5 as never })).toThrow(
    new TypeError("onLate must be a function, got 5"),
  );
  leave();
});

describe("wrapFuture", () => {
  test("gives futures as they are, and makes futures of promises", async () => {
    const future = new Future<number>();
    expect(wrapFuture(future) === future).toBe(true);
    expect(await wrapFuture(Promise.resolve(1))).toBe(1);
  });

  test("refuses all else", () => {
    expect(() => wrapFuture(5 as never)).toThrow(new TypeError("a future was expected by wrapFuture(), got 5"));
    expect(() => wrapFuture((() => {}) as never)).toThrow(TypeError);
    expect(() => wrapFuture(undefined as never)).toThrow(TypeError);
  });
});

test("the type is that of the promise's value", () => {
  expectTypeOf(fromPromise(Promise.resolve(1))).toEqualTypeOf<Future<number>>();
  expectTypeOf(fromPromise(async (signal) => signal.aborted)).toEqualTypeOf<Future<boolean>>();
});
