import { AsyncLocalStorage } from "node:async_hooks";
import type { Waiter } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { type World, worldOf } from "@tsyncio/test-support";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let world: World;
beforeEach(() => {
  world = worldOf();
});
afterEach(() => world.leave());

/** Runs the loop until nothing is ready. */
async function settle(): Promise<void> {
  world.loop.callLater(0.001, () => world.loop.stop());
  await world.loop.runForever();
}

const newFuture = () => new Future<number>({ loop: world.loop });

describe("a done callback", () => {
  test("is called with the future, by the loop, in a later turn", async () => {
    const future = newFuture();
    const calls: unknown[] = [];
    future.addDoneCallback((...args) => calls.push(args));
    future.setResult(1);
    expect(calls).toEqual([]);
    await settle();
    expect(calls).toHaveLength(1);
    expect((calls[0] as unknown[]).length).toBe(1);
    expect((calls[0] as unknown[])[0] === future).toBe(true);
  });

  test.for([
    ["a result", (future: Future<number>) => future.setResult(1)],
    ["an error", (future: Future<number>) => future.setException(new Error("x"))],
    ["a cancellation", (future: Future<number>) => future.cancel()],
  ] as const)("is called after %s", async ([, end]) => {
    const future = newFuture();
    let called = 0;
    future.addDoneCallback((done) => {
      called++;
      if (!done.cancelled()) done.exception();
    });
    end(future);
    await settle();
    expect(called).toBe(1);
  });

  test("of a future that is done is called soon", async () => {
    const future = newFuture();
    future.setResult(1);
    let called = false;
    future.addDoneCallback(() => {
      called = true;
    });
    expect(called).toBe(false);
    await settle();
    expect(called).toBe(true);
  });

  test("is called in the order of registration, among what else is ready", async () => {
    const order: string[] = [];
    const [a, b] = [newFuture(), newFuture()];
    a.addDoneCallback(() => order.push("a1"));
    b.addDoneCallback(() => order.push("b1"));
    a.addDoneCallback(() => order.push("a2"));
    world.loop.callSoon(() => order.push("ready before"));
    b.setResult(1);
    a.setResult(1);
    world.loop.callSoon(() => order.push("ready after"));
    await settle();
    expect(order).toEqual(["ready before", "b1", "a1", "a2", "ready after"]);
  });

  test("may wake native code, which runs before the next callback", async () => {
    const future = newFuture();
    const order: string[] = [];
    future.addDoneCallback(async () => {
      await null;
      order.push("native");
    });
    future.addDoneCallback(() => order.push("next callback"));
    future.setResult(1);
    await settle();
    expect(order).toEqual(["native", "next callback"]);
  });

  test("that throws is reported, and the others are called", async () => {
    const future = newFuture();
    const calls: string[] = [];
    future.addDoneCallback(function divide() {
      throw new RangeError("by zero");
    });
    future.addDoneCallback(() => calls.push("other"));
    future.setResult(1);
    await settle();
    expect(world.takeReports()).toEqual(["Exception in callback divide(): RangeError: by zero"]);
    expect(calls).toEqual(["other"]);
  });

  test("may add others, cancel, and end other futures", async () => {
    const [first, second] = [newFuture(), newFuture()];
    const order: string[] = [];
    second.addDoneCallback(() => order.push("second done"));
    first.addDoneCallback(() => {
      order.push("first done");
      first.addDoneCallback(() => order.push("added to first"));
      expect(first.cancel()).toBe(false);
      second.cancel();
    });
    first.setResult(1);
    await settle();
    expect(order).toEqual(["first done", "added to first", "second done"]);
  });

  test("keeps the async context of its registration, or takes the given one", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const look = () => {
      seen.push(storage.getStore());
    };
    const future = newFuture();
    const context = storage.run("given", () => world.loop.host.captureContext());
    storage.run("a", () => future.addDoneCallback(look));
    storage.run("b", () => future.addDoneCallback(look, { context }));
    storage.run("c", () => future.addDoneCallback(look, { context: null }));
    storage.run("of who ends it", () => future.setResult(1));
    await settle();
    expect(seen).toEqual(["a", "given", undefined]);
  });

  test("is refused when it is none", () => {
    const future = newFuture();
    const add = (...args: unknown[]) => future.addDoneCallback(...(args as [() => void]));
    expect(() => add(5)).toThrow(new TypeError("a callback was expected by addDoneCallback(), got 5"));
    expect(() => add(function* work() {})).toThrow(/^coroutines cannot be used with addDoneCallback\(\)/);
    expect(() => add(() => {}, { context: 5 })).toThrow(new TypeError("context must be a context or null, got 5"));
    expect(() => add(() => {}, "x")).toThrow(/^options must be an object, got "x"/);
  });

  test("runs on the loop of the future, whoever ends it", async () => {
    const other = newVirtualLoop();
    const future = newFuture();
    const called: string[] = [];
    future.addDoneCallback(() => called.push(world.loop.isRunning() ? "on its own loop" : "elsewhere"));
    other.callSoon(() => {
      future.setResult(1);
      other.callLater(1, () => other.stop());
    });
    await other.runForever();
    expect(called).toEqual([]);
    await settle();
    expect(called).toEqual(["on its own loop"]);
  });
});

describe("removeDoneCallback", () => {
  test("takes every registration back, and says how many there were", async () => {
    const future = newFuture();
    const calls: string[] = [];
    const a = () => calls.push("a");
    const b = () => calls.push("b");
    for (const callback of [a, b, a, a, b]) future.addDoneCallback(callback);
    expect(future.removeDoneCallback(a)).toBe(3);
    expect(future.removeDoneCallback(a)).toBe(0);
    future.addDoneCallback(a);
    future.setResult(1);
    await settle();
    expect(calls).toEqual(["b", "b", "a"]);
  });

  test("of what was never added, or is no function, is 0", () => {
    const future = newFuture();
    expect(future.removeDoneCallback(() => {})).toBe(0);
    future.addDoneCallback(() => {});
    expect(future.removeDoneCallback(() => {})).toBe(0);
    expect(future.removeDoneCallback(undefined as never)).toBe(0);
  });

  test("comes too late for a future that is done", async () => {
    const future = newFuture();
    let called = false;
    const callback = () => {
      called = true;
    };
    future.addDoneCallback(callback);
    future.setResult(1);
    expect(future.removeDoneCallback(callback)).toBe(0);
    await settle();
    expect(called).toBe(true);
  });

  test("called by another callback of the same future comes too late, as in asyncio", async () => {
    const future = newFuture();
    const calls: string[] = [];
    const last = () => calls.push("last");
    future.addDoneCallback(() => calls.push(`removed ${future.removeDoneCallback(last)}`));
    future.addDoneCallback(last);
    future.setResult(1);
    await settle();
    expect(calls).toEqual(["removed 0", "last"]);
  });
});

test("any sequence of adding and removing leaves what a naive list leaves", async () => {
  const functions = Array.from({ length: 4 }, (_, name) => name);
  const step = fc.record({ action: fc.constantFrom("add", "remove", "wait", "leave"), which: fc.nat(3) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: "max" }), async (steps) => {
      const future = newFuture();
      const called: string[] = [];
      const callbacks = functions.map((name) => () => {
        called.push(`function ${name}`);
      });
      const waiters: Waiter[] = functions.map((name) => ({
        loop: world.loop,
        run: () => called.push(`waiter ${name}`),
      }));
      let model: string[] = [];
      const drop = (entry: string) => {
        const before = model.length;
        model = model.filter((other) => other !== entry);
        return before - model.length;
      };
      for (const { action, which } of steps) {
        const callback = callbacks[which] as () => void;
        const waiter = waiters[which] as Waiter;
        if (action === "add") {
          future.addDoneCallback(callback);
          model.push(`function ${which}`);
        } else if (action === "remove") {
          expect(future.removeDoneCallback(callback)).toBe(drop(`function ${which}`));
        } else if (action === "leave") {
          expect(future.removeWaiter(waiter)).toBe(drop(`waiter ${which}`) > 0);
        } else if (!model.includes(`waiter ${which}`)) {
          future.addWaiter(waiter);
          model.push(`waiter ${which}`);
        }
      }
      future.setResult(1);
      await settle();
      expect(called).toEqual(model);
    }),
    { numRuns: 200 },
  );
});

test("waiters and callbacks leave in O(1), among callbacks that came more than once too", () => {
  const future = newFuture();
  const twice = () => {};
  future.addDoneCallback(twice);
  future.addDoneCallback(twice);
  let looks = 0;
  const newWaiter = (): Waiter =>
    new Proxy<Waiter>(
      { loop: world.loop, run() {} },
      {
        getPrototypeOf(waiter) {
          looks++;
          return Object.getPrototypeOf(waiter);
        },
      },
    );
  const waiters = Array.from({ length: 2000 }, newWaiter);
  for (const waiter of waiters) future.addWaiter(waiter);
  for (const waiter of waiters.toReversed()) expect(future.removeWaiter(waiter)).toBe(true);
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThanOrEqual(2 * waiters.length);
  expect(future.removeDoneCallback(twice)).toBe(2);
});

test("100,000 waiters are woken in order", async () => {
  const future = newFuture();
  let next = 0;
  let inOrder = true;
  for (let i = 0; i < 100_000; i++) {
    future.addWaiter({
      loop: world.loop,
      run() {
        inOrder &&= i === next++;
      },
    });
  }
  future.setResult(1);
  await settle();
  expect([next, inOrder]).toEqual([100_000, true]);
});
