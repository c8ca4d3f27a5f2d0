import { same } from "./assert.js";
import { type Laws, laws, runFor } from "./law.js";

/** So many microtasks, one after the other. */
async function hops(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await null;
}

export const nativeCode: Laws = laws("native code", {
  async "that a callback woke runs dry before the next callback"(loop) {
    const order: string[] = [];
    for (const name of ["a", "b"]) {
      loop.callSoon(() => {
        hops(20).then(() => order.push(`native ${name}`));
        order.push(name);
      });
    }
    await runFor(loop, 0.002);
    same(order, ["a", "native a", "b", "native b"], "the order");
  },

  async "that a runnable woke does, too, if it said so"(loop) {
    const order: string[] = [];
    for (const name of ["a", "b"]) {
      loop.enqueue({
        run() {
          loop.wakesNative();
          hops(20).then(() => order.push(`native ${name}`));
          order.push(name);
        },
      });
    }
    await runFor(loop, 0.002);
    same(order, ["a", "native a", "b", "native b"], "the order");
  },

  async "that wakes the loop is heard while it is idle"(loop) {
    const order: string[] = [];
    loop.callSoon(() => {
      setTimeout(() => {
        loop.callSoon(() => {
          order.push("from the host");
          loop.stop();
        });
      }, 1);
    });
    const guard = loop.host.hold();
    await loop.runForever();
    guard();
    same(order, ["from the host"], "what ran");
  },

  async "of the host gets its turns while a callback adds itself again and again"(loop) {
    let hostTurns = 0;
    let spins = 0;
    const end = performance.now() + 500;
    const turn = () => {
      if (++hostTurns < 3) setTimeout(turn, 0);
    };
    setTimeout(turn, 0);
    const spin = () => {
      spins++;
      // A loop that starves the host would never be ended by a timer.
      if (hostTurns < 3 && performance.now() < end) loop.callSoon(spin);
      else loop.stop();
    };
    loop.callSoon(spin);
    await loop.runForever();
    same(spins > 1, true, "whether the callback ran again and again");
    same(hostTurns, 3, "the turns of the host");
  },

  async "interleaves with coroutines step for step"(loop) {
    const order: string[] = [];
    const generator = (name: string) =>
      function* () {
        for (let i = 0; i < 3; i++) {
          order.push(name);
          yield;
        }
      };
    const asyncFunction = (name: string) => async () => {
      for (let i = 0; i < 3; i++) {
        order.push(name);
        await loop.createTask(function* () {});
      }
    };
    const tasks = [
      loop.createTask(generator("g")),
      loop.createTask(asyncFunction("a")),
      loop.createTask(generator("h")),
    ];
    for (const task of tasks) await loop.runUntilComplete(task);
    same(order.slice(0, 6), ["g", "a", "h", "g", "h", "g"], "the order of the first steps");
    same(order.filter((name) => name === "a").length, 3, "how often the async function went on");
  },
});
