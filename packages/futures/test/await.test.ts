// Futures as promise users know them: await, then, catch, finally.
import { AsyncLocalStorage } from "node:async_hooks";
import { CancelledError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { type EventLoop, getEventLoop, getRunningLoop, newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { describe, expect, expectTypeOf, test } from "vitest";

const error = new RangeError("by zero");

test("await gives the result, or throws the error", async () => {
  const [good, bad] = [new Future<number>(), new Future<number>()];
  getEventLoop().callSoon(() => {
    good.setResult(1);
    bad.setException(error);
  });
  expect(await good).toBe(1);
  await expect(bad).rejects.toBe(error);
  expect(await good).toBe(1);
  await expect(bad).rejects.toBe(error);
});

test("a future may be awaited by many, who go on in the order they came", async () => {
  const future = new Future<string>();
  const order: string[] = [];
  const waiters = Array.from({ length: 50 }, async (_, i) => {
    order.push(`${i} ${await future}`);
  });
  setImmediate(() => future.setResult("done"));
  await Promise.all(waiters);
  expect(order).toEqual(Array.from({ length: 50 }, (_, i) => `${i} done`));
});

test("every waiter of a cancelled future gets a CancelledError with the reason", async () => {
  const future = new Future();
  const waiters = Array.from({ length: 3 }, () => future.then(null, (thrown) => thrown));
  future.cancel("enough");
  const errors = await Promise.all(waiters);
  for (const thrown of errors) {
    expect(thrown).toBeInstanceOf(CancelledError);
    expect(thrown).toMatchObject({ reason: "enough" });
  }
  await expect(future).rejects.toMatchObject({ reason: "enough" });
});

test("fits wherever a promise does", async () => {
  const future = new Future<number>();
  const asPromise: Promise<number> = future;
  getEventLoop().callSoon(() => future.setResult(1));
  expect(await Promise.all([asPromise, future])).toEqual([1, 1]);
  expect(await Promise.resolve(future)).toBe(1);
  expect(await Promise.race([future, new Promise(() => {})])).toBe(1);
  expect((await Promise.allSettled([future]))[0]).toEqual({ status: "fulfilled", value: 1 });
  expect(Object.prototype.toString.call(future)).toBe("[object Future]");
});

/** Each law holds for a future that ends later and for one that ended before. */
describe.for(["later", "before"] as const)("then, catch and finally of a future that ended %s", (when) => {
  function ending(end: (future: Future<number>) => void): Future<number> {
    const future = new Future<number>();
    if (when === "before") end(future);
    else getEventLoop().callSoon(() => end(future));
    return future;
  }
  const fulfilled = () => ending((future) => future.setResult(1));
  const failed = () => ending((future) => future.setException(error));

  test("call their handlers later, never inside", async () => {
    const order: string[] = [];
    const all = [
      fulfilled().then(() => order.push("then")),
      failed().catch(() => order.push("catch")),
      fulfilled().finally(() => order.push("finally")),
    ];
    order.push("registered");
    await Promise.all(all);
    expect(order[0]).toBe("registered");
    expect(order.toSorted()).toEqual(["catch", "finally", "registered", "then"]);
  });

  test("give promises of what their handlers return, flattened", async () => {
    expect(await fulfilled().then((value) => value + 1)).toBe(2);
    expect(await fulfilled().then(async (value) => value + 2)).toBe(3);
    expect(await fulfilled().then(() => fulfilled())).toBe(1);
    expect(await failed().catch((thrown) => [thrown])).toEqual([error]);
    expect(await failed().then(null, () => "handled")).toBe("handled");
    expect(await fulfilled().finally(() => 5)).toBe(1);
  });

  test("reject with what their handlers throw", async () => {
    const own = new Error("in the handler");
    const fail = () => {
      throw own;
    };
    await expect(fulfilled().then(fail)).rejects.toBe(own);
    await expect(failed().catch(fail)).rejects.toBe(own);
    await expect(failed().then(null, fail)).rejects.toBe(own);
    await expect(fulfilled().finally(fail)).rejects.toBe(own);
  });

  test("pass on what they have no handler for", async () => {
    expect(await fulfilled().then()).toBe(1);
    expect(await fulfilled().then(null, () => 2)).toBe(1);
    expect(await fulfilled().catch(() => 2)).toBe(1);
    expect(await fulfilled().finally()).toBe(1);
    await expect(failed().then((value) => value)).rejects.toBe(error);
    await expect(failed().catch()).rejects.toBe(error);
    await expect(failed().finally(() => {})).rejects.toBe(error);
    expect(await fulfilled().then(5 as never, "x" as never)).toBe(1);
  });

  test("call their handlers in the async context of the registration", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const look = () => {
      seen.push(storage.getStore());
    };
    const promises = storage.run("registered here", () => [
      fulfilled().then(look),
      failed().then(null, look),
      failed().catch(look),
      fulfilled().finally(look),
      (async () => {
        await fulfilled();
        look();
      })(),
    ]);
    await Promise.all(promises);
    expect(seen).toEqual(Array(5).fill("registered here"));
  });
});

test("catch and finally observe a cancellation", async () => {
  const future = new Future();
  let ended = false;
  const observers = [
    future.catch((thrown) => thrown),
    future
      .finally(() => {
        ended = true;
      })
      .catch((thrown) => thrown),
  ];
  future.cancel("enough");
  for (const thrown of await Promise.all(observers)) expect(thrown).toMatchObject({ reason: "enough" });
  expect(ended).toBe(true);
});

test("a future whose result is itself is an error, not an endless loop", async () => {
  const future = new Future<unknown>();
  const early = future.then();
  future.setResult(future);
  const expected = { name: "TypeError", message: expect.stringContaining("Chaining cycle detected") };
  await expect(early).rejects.toMatchObject(expected);
  await expect(future.then()).rejects.toMatchObject(expected);
  await expect(future.catch(() => {}).then(() => "went on")).resolves.toBe("went on");
});

// The process span in microtasks, and nothing else ran any more.
test("so are futures that are each other's results, and one that leads to them", async () => {
  const [a, b, before] = [new Future<unknown>(), new Future<unknown>(), new Future<unknown>()];
  const early = a.then();
  a.setResult(b);
  b.setResult(a);
  before.setResult(a);
  const expected = { name: "TypeError", message: expect.stringContaining("Chaining cycle detected") };
  for (const waiting of [early, a.then(), b.then(), before.then()])
    await expect(waiting).rejects.toMatchObject(expected);
  const [value, outer] = [new Future<unknown>(), new Future<unknown>()];
  value.setResult(5);
  outer.setResult(value);
  expect(await outer).toBe(5);
});

describe("between loops", () => {
  test("each waiter goes on on its own loop, wherever the future belongs and is ended", async () => {
    const [home, one, two] = [newVirtualLoop(), newVirtualLoop(), newEventLoop()];
    const future = new Future<string>({ loop: home });
    const woken: string[] = [];
    const waitIn = (loop: EventLoop, name: string) => {
      loop.callSoon(() => {
        future.addWaiter({ loop, run: () => woken.push(`${name} on its own: ${getRunningLoop() === loop}`) });
        future.then((value) => {
          woken.push(`${name} got ${value}`);
          loop.stop();
        });
      });
      return loop.runForever();
    };
    const runs = [waitIn(one, "one"), waitIn(two, "two")];
    const plain = future.then((value) => woken.push(`plain got ${value}`));
    home.callLater(5, () => {
      future.setResult("done");
      home.stop();
    });
    await Promise.all([...runs, plain, home.runForever()]);
    expect(woken.sort()).toEqual([
      "one got done",
      "one on its own: true",
      "plain got done",
      "two got done",
      "two on its own: true",
    ]);
    for (const loop of [home, one, two]) loop.close();
  });

  test("plain code may wait for the future of a loop that does not run", async () => {
    const future = new Future<number>({ loop: newVirtualLoop() });
    setImmediate(() => future.setResult(1));
    expect(await future).toBe(1);
  });

  test("a waiter whose loop is closed is skipped, without an error for who ends the future", async () => {
    const loop = newVirtualLoop();
    const future = new Future<number>();
    let woken = false;
    loop.callSoon(() => {
      loop.stop();
      future.then(() => {
        woken = true;
      });
    });
    await loop.runForever();
    loop.close();
    const other = future.then((value) => value);
    future.setResult(1);
    expect(await other).toBe(1);
    expect(woken).toBe(false);
  });
});

test("the types are those of a promise", () => {
  const future = new Future<number>();
  expectTypeOf<Awaited<typeof future>>().toEqualTypeOf<number>();
  expectTypeOf(future.then((value) => String(value))).toEqualTypeOf<Promise<string>>();
  expectTypeOf(future.then()).toEqualTypeOf<Promise<number>>();
  expectTypeOf(future.catch(() => "x" as const)).toEqualTypeOf<Promise<number | "x">>();
  expectTypeOf(future.result).returns.toEqualTypeOf<number>();
  expectTypeOf(future.setResult).parameters.toEqualTypeOf<[number]>();
  // @ts-expect-error a result of the wrong type
  expect(() => future.setResult("x")).not.toThrow();
});
