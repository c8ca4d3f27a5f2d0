import { inspect } from "node:util";
import { CancelledError, InvalidStateError, type LoopContract } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { getEventLoop, newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { outcome, worldOf } from "@tsyncio/test-support";
import { describe, expect, test } from "vitest";

const error = new RangeError("by zero");

/** One future in each state that ends it. */
const ended = {
  finished: () => {
    const future = new Future<number>();
    future.setResult(1);
    return future;
  },
  failed: () => {
    const future = new Future<number>();
    future.setException(error);
    future.exception();
    return future;
  },
  cancelled: () => {
    const future = new Future<number>();
    future.cancel("enough");
    return future;
  },
};

describe("a pending future", () => {
  test("is neither done nor cancelled", () => {
    const future = new Future();
    expect([future.done(), future.cancelled()]).toEqual([false, false]);
  });

  test("has no result and no error yet, by asyncio's words", () => {
    const future = new Future();
    expect(() => future.result()).toThrow(new InvalidStateError("Result is not ready."));
    expect(() => future.exception()).toThrow(new InvalidStateError("Exception is not set."));
  });
});

describe("a future with a result", () => {
  test("gives it as often as it is asked for", () => {
    const future = new Future<object>();
    const result = { a: 1 };
    future.setResult(result);
    expect([future.done(), future.cancelled()]).toEqual([true, false]);
    expect(future.result()).toBe(result);
    expect(future.result()).toBe(result);
    expect(future.exception()).toBeNull();
  });

  test("may have any, undefined and an error too", () => {
    for (const result of [undefined, null, 0, error]) {
      const future = new Future<unknown>();
      future.setResult(result);
      expect(future.result()).toBe(result);
    }
  });
});

describe("a future with an error", () => {
  test("throws it as often as it is asked for the result", () => {
    const future = new Future();
    future.setException(error);
    expect([future.done(), future.cancelled()]).toEqual([true, false]);
    expect(outcome(() => future.result())).toBe(error);
    expect(outcome(() => future.result())).toBe(error);
    expect(future.exception()).toBe(error);
  });

  test("may have any value that can be thrown but null and undefined", () => {
    for (const thrown of ["text", 0, false, { code: 1 }]) {
      const future = new Future();
      future.setException(thrown);
      expect(future.exception()).toBe(thrown);
    }
    for (const nothing of [null, undefined]) {
      const future = new Future();
      expect(() => future.setException(nothing)).toThrow(
        new TypeError(`an error was expected by setException(), got ${nothing}`),
      );
      expect(future.done()).toBe(false);
    }
  });

  test("makes the error when it is given a class", () => {
    class OwnError extends TypeError {}
    for (const type of [Error, RangeError, OwnError]) {
      const future = new Future();
      future.setException(type);
      expect(Object.getPrototypeOf(future.exception())).toBe(type.prototype);
    }
  });

  test("given a class whose constructor throws, is as before", () => {
    class Broken extends Error {
      constructor() {
        super();
        throw error;
      }
    }
    const future = new Future();
    expect(() => future.setException(Broken)).toThrow(error);
    expect(future.done()).toBe(false);
  });
});

describe("a cancelled future", () => {
  test("throws a CancelledError with the reason, a fresh one each time", () => {
    const future = new Future();
    expect(future.cancel("enough")).toBe(true);
    expect([future.done(), future.cancelled()]).toEqual([true, true]);
    const errors = [outcome(() => future.result()), outcome(() => future.result()), outcome(() => future.exception())];
    for (const thrown of errors) {
      expect(thrown).toBeInstanceOf(CancelledError);
      expect(thrown).toMatchObject({ reason: "enough", message: "enough" });
    }
    expect(new Set(errors).size).toBe(3);
    expect(future.cancelReason()).toBe("enough");
  });

  test("needs no reason", () => {
    const future = new Future();
    future.cancel();
    expect(outcome(() => future.result())).toMatchObject({ reason: undefined, message: "" });
  });

  test("takes anything as a reason", () => {
    for (const reason of [error, { code: 1 }, Object.create(null), Symbol("why"), 0]) {
      const future = new Future();
      future.cancel(reason);
      expect(outcome(() => future.result())).toMatchObject({ reason });
    }
  });
});

describe.for(Object.entries(ended))("a %s future", ([state, make]) => {
  test("refuses another result or error, and says what it is", () => {
    const future = make();
    const text = new InvalidStateError(`invalid state: ${future}`);
    expect(() => future.setResult(2)).toThrow(text);
    expect(() => future.setException(new Error("late"))).toThrow(text);
    expect(String(future)).toContain(state === "failed" ? "exception=" : state);
  });

  test("can't be cancelled, and stays what it is", () => {
    const future = make();
    const before = String(future);
    expect(future.cancel("again")).toBe(false);
    expect(String(future)).toBe(before);
    expect(future.cancelReason()).toBe(state === "cancelled" ? "enough" : undefined);
  });
});

describe("as text", () => {
  test("tells its state and outcome, without all of its content", () => {
    const pending = new Future();
    expect(String(pending)).toBe("<Future pending>");
    expect(String(ended.finished())).toBe("<Future finished result=1>");
    expect(String(ended.failed())).toBe("<Future finished exception=RangeError: by zero>");
    expect(String(ended.cancelled())).toBe("<Future cancelled>");
    pending.setResult("x".repeat(1000));
    expect(String(pending).length).toBeLessThan(100);
  });

  test("ends, when futures are the results of one another", () => {
    const [a, b] = [new Future<unknown>(), new Future<unknown>()];
    a.setResult(b);
    b.setResult(a);
    expect(String(a)).toBe("<Future finished result=<...>>");
  });

  test("is what console.log shows", () => {
    expect(inspect(ended.finished())).toBe("<Future finished result=1>");
    expect(inspect({ future: new Future() })).toBe("{ future: <Future pending> }");
  });

  test("tells in debug mode where it was made", () => {
    const loop = newEventLoop({ debug: true });
    const text = /^<Future pending created at .*future\.test\.ts:\d+:\d+>$/;
    expect(String(new Future({ loop }))).toMatch(text);
    expect(String(loop.createFuture())).toMatch(text);
  });

  test("is not asked for by reading a result", () => {
    const future = new Future();
    const result = {
      toString: () => {
        throw error;
      },
    };
    future.setResult(result);
    expect(String(future)).toBe("<Future finished result=an object>");
  });
});

describe("its loop", () => {
  test("is the given one", () => {
    const loop = newVirtualLoop();
    expect(new Future({ loop }).getLoop()).toBe(loop);
    expect(loop.createFuture().getLoop()).toBe(loop);
    expect(loop.createFuture()).toBeInstanceOf(Future);
  });

  test("is the running one, or the default one outside of any", async () => {
    const { loop, leave } = worldOf();
    let inside: LoopContract | undefined;
    loop.callSoon(() => {
      inside = new Future().getLoop();
      loop.stop();
    });
    await loop.runForever();
    expect(inside).toBe(loop);
    expect(new Future().getLoop()).toBe(getEventLoop());
    leave();
  });

  test("is refused when it is none", () => {
    expect(() => new Future({ loop: {} as LoopContract })).toThrow(
      new TypeError("loop must be an event loop, got an object"),
    );
    expect(() => new Future(5 as never)).toThrow(new TypeError("options must be an object, got 5"));
    expect(() => new Future(null as never)).toThrow(new TypeError("options must be an object, got null"));
  });

  test("may be closed: the future can be made and ended all the same", () => {
    const loop = newVirtualLoop();
    loop.close();
    const future = new Future({ loop });
    future.addDoneCallback(() => {
      throw new Error("called on a closed loop");
    });
    future.setResult(1);
    expect(future.result()).toBe(1);
  });
});

test("debug mode warns of an awaitable as a result, which await would flatten", () => {
  const { loop, takeLog, leave } = worldOf({ debug: true });
  const future = new Future({ loop });
  future.setResult(Promise.resolve(1));
  expect(takeLog()).toEqual([
    expect.stringMatching(
      /^<Future pending .*> was given an awaitable as its result: await gives what that resolves to/,
    ),
  ]);
  new Future({ loop }).setResult({ then: "no function" });
  leave();
});
