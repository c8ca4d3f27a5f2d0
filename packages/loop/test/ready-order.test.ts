// Loops that are given an order of their own for what is ready.
import type { Runnable } from "@tsyncio/contract";
import type { ReadyOrder } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { describe, expect, test } from "vitest";
import { runFor } from "./support.ts";

/** Last in, first out; each turn runs one callback. */
class Stack implements ReadyOrder {
  readonly #runnables: Runnable[] = [];
  get size(): number {
    return Math.min(this.#runnables.length, 1);
  }
  push(runnable: Runnable): void {
    this.#runnables.push(runnable);
  }
  shift(): Runnable {
    return this.#runnables.pop() as Runnable;
  }
  clear(): void {
    this.#runnables.length = 0;
  }
  trim(): void {}
}

describe("a loop with an order of its own", () => {
  test("runs what that gives, one callback at a time, with native code between them", async () => {
    const loop = newVirtualLoop({ ready: new Stack() });
    const order: string[] = [];
    loop.callSoon(() => order.push("first in"));
    loop.callSoon(async () => {
      order.push("last in");
      loop.callSoon(() => order.push("added by it"));
      await null;
      order.push("native code of it");
    });
    await runFor(loop, 1);
    expect(order).toEqual(["last in", "native code of it", "added by it", "first in"]);
  });

  test("asks it for nothing more when it is closed", async () => {
    const ready = new Stack();
    const loop = newVirtualLoop({ ready });
    loop.callSoon(() => {});
    loop.close();
    expect(ready.size).toBe(0);
  });
});

describe("whenIdle", () => {
  test("is told once, when nothing can run, and before the clock moves", async () => {
    const loop = newVirtualLoop();
    const seen: string[] = [];
    loop.host.whenIdle(() => seen.push(`idle at ${loop.time()}`));
    loop.callSoon(async () => {
      for (let i = 0; i < 20; i++) await null;
      loop.callSoon(() => seen.push("callback"));
    });
    loop.callLater(1, () => seen.push(`timer at ${loop.time()}`));
    await runFor(loop, 2);
    expect(seen).toEqual(["callback", "idle at 0", "timer at 1"]);
  });

  test("may make something ready, which runs before the clock moves", async () => {
    const loop = newVirtualLoop();
    const seen: number[] = [];
    loop.host.whenIdle(() => loop.callSoon(() => seen.push(loop.time())));
    await runFor(loop, 2);
    expect(seen).toEqual([0]);
  });

  test("comes before a deadlock is told", async () => {
    const loop = newVirtualLoop();
    const waited = loop.runUntilComplete({
      "@@tsyncio": 1,
      done: () => false,
      addWaiter() {},
      removeWaiter: () => true,
    } as never);
    let told = false;
    loop.host.whenIdle(() => {
      told = true;
    });
    await expect(waited).rejects.toThrow("nothing can wake the program any more");
    expect(told).toBe(true);
  });

  test("can be taken back", async () => {
    const loop = newVirtualLoop();
    let told = false;
    loop.host.whenIdle(() => {
      told = true;
    })();
    await runFor(loop, 1);
    expect(told).toBe(false);
  });
});
