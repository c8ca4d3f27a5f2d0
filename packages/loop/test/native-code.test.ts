// What runs when, where callbacks wake async functions and promises.
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { expect, test } from "vitest";
import { runFor } from "./support.ts";

/** Callbacks that each wake an async function of several steps; what ran, in order. */
async function interleaving(exact: boolean): Promise<string[]> {
  const loop = newVirtualLoop({ exact });
  const order: string[] = [];
  for (const name of ["a", "b"]) {
    loop.callSoon(async () => {
      order.push(`${name} callback`);
      for (let i = 0; i < 20; i++) await null;
      order.push(`${name} after 20 awaits`);
      loop.callSoon(() => order.push(`${name} next turn`));
    });
  }
  await runFor(loop, 1);
  return order;
}

test("the native code that a callback woke runs dry before the next callback", async () => {
  expect(await interleaving(true)).toEqual([
    "a callback",
    "a after 20 awaits",
    "b callback",
    "b after 20 awaits",
    "a next turn",
    "b next turn",
  ]);
});

test("with exact: false it runs dry before the next turn", async () => {
  expect(await interleaving(false)).toEqual([
    "a callback",
    "b callback",
    "a after 20 awaits",
    "b after 20 awaits",
    "a next turn",
    "b next turn",
  ]);
});

test("runnables that wake no native code run back to back, and one that does says so", async () => {
  const loop = newVirtualLoop();
  const order: string[] = [];
  const runnable = (name: string, wakes: boolean) => ({
    run() {
      order.push(name);
      Promise.resolve().then(() => order.push(`native of ${name}`));
      if (wakes) loop.wakesNative();
    },
  });
  for (const [name, wakes] of [
    ["a", false],
    ["b", true],
    ["c", false],
  ] as const)
    loop.enqueue(runnable(name, wakes));
  await runFor(loop, 1);
  expect(order).toEqual(["a", "b", "native of a", "native of b", "c", "native of c"]);
});

test("what native code adds while the loop drains runs in the next turn", async () => {
  const loop = newVirtualLoop();
  const order: string[] = [];
  loop.callSoon(() => {
    Promise.resolve().then(() => {
      order.push("native");
      loop.callSoon(() => order.push("added by native code"));
    });
  });
  loop.callSoon(() => order.push("same turn"));
  await runFor(loop, 1);
  expect(order).toEqual(["native", "same turn", "added by native code"]);
});

test("native code wakes an idle loop, and the clock does not jump before that", async () => {
  const loop = newVirtualLoop();
  const seen: [string, number][] = [];
  loop.callLater(5, () => seen.push(["timer", loop.time()]));
  loop.enqueue({
    run() {
      Promise.resolve().then(() => loop.callSoon(() => seen.push(["woken", loop.time()])));
    },
  });
  await runFor(loop, 10);
  expect(seen).toEqual([
    ["woken", 0],
    ["timer", 5],
  ]);
});
