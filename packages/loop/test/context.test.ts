import { AsyncLocalStorage } from "node:async_hooks";
import { type CallbackOptions, type Context, registry } from "@tsyncio/contract";
import { newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { afterEach, expect, test } from "vitest";
import { runFor } from "./support.ts";

const storage = new AsyncLocalStorage<string>();

type Register = (loop: ReturnType<typeof newVirtualLoop>, callback: () => void, options?: CallbackOptions) => unknown;
const ways: [string, Register][] = [
  ["callSoon", (loop, callback, options) => loop.callSoon(callback, options)],
  ["callLater", (loop, callback, options) => loop.callLater(1, callback, options)],
  ["callAt", (loop, callback, options) => loop.callAt(1, callback, options)],
];

test.for(ways)("a callback of %s sees the async context of its registration", async ([, register]) => {
  const loop = newVirtualLoop();
  const seen: unknown[] = [];
  const look = () => {
    seen.push(storage.getStore());
  };
  storage.run("a", () => register(loop, look));
  register(loop, look);
  storage.run("b", () => register(loop, look));
  await storage.run("of who runs the loop", () => runFor(loop, 2));
  expect(seen).toEqual(["a", undefined, "b"]);
});

test("native code that a callback starts keeps its context", async () => {
  const loop = newVirtualLoop();
  const seen: unknown[] = [];
  storage.run("a", () =>
    loop.callSoon(async () => {
      await null;
      seen.push(storage.getStore());
    }),
  );
  loop.callSoon(() => seen.push(storage.getStore()));
  await runFor(loop, 1);
  expect(seen).toEqual(["a", undefined]);
});

test.for(ways)("%s takes a context to run in", async ([, register]) => {
  const loop = newVirtualLoop();
  const context = storage.run("given", () => loop.host.captureContext()) as Context;
  let seen: unknown;
  const look = () => {
    seen = storage.getStore();
  };
  storage.run("of the caller", () => register(loop, look, { context }));
  await runFor(loop, 2);
  expect(seen).toBe("given");
});

test("a callback with the context null is cheaper, and sees none", async () => {
  const loop = newVirtualLoop();
  let seen: unknown = "not looked";
  const handle = storage.run("of the caller", () =>
    loop.callSoon(
      () => {
        seen = storage.getStore();
      },
      { context: null },
    ),
  );
  await storage.run("of who runs the loop", () => runFor(loop, 1));
  expect(seen).toBeUndefined();
  expect(handle.getContext()).toBeNull();
});

test("a handle gives its context, in which one can run functions", () => {
  const handle = storage.run("a", () => newEventLoop().callSoon(() => {}));
  const context = handle.getContext() as Context;
  expect(context.run(() => storage.getStore())).toBe("a");
  const self = { name: "self" };
  expect(
    context.run(function (this: typeof self) {
      return this.name;
    }, self),
  ).toBe("self");
  expect(() =>
    context.run(() => {
      throw new RangeError("passed on");
    }),
  ).toThrow(RangeError);
});

const { outsideTask } = registry;
afterEach(() => {
  registry.outsideTask = outsideTask;
});

test("a callback belongs to no task: the context is captured outside of the current one", async () => {
  const loop = newVirtualLoop();
  registry.outsideTask = (capture) => storage.run("outside", capture);
  let seen: unknown;
  storage.run("in a task", () =>
    loop.callSoon(() => {
      seen = storage.getStore();
    }),
  );
  await runFor(loop, 1);
  expect(seen).toBe("outside");
});
