import type { Delay, Runnable } from "@tsyncio/contract";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inLoop, runFor } from "./support.ts";

test("callbacks run in the order they were given", async () => {
  const order = await inLoop((loop) => {
    const order: number[] = [];
    for (let i = 0; i < 200; i++) loop.callSoon(() => order.push(i));
    return order;
  });
  expect(order).toEqual(Array.from({ length: 200 }, (_, i) => i));
});

test("what a callback adds runs in the next turn, behind all that is ready", async () => {
  const order = await inLoop((loop) => {
    const order: string[] = [];
    loop.callSoon(() => {
      order.push("first");
      loop.callSoon(() => order.push("added by first"));
    });
    loop.callSoon(() => order.push("second"));
    loop.callSoon(() => order.push("third"));
    return order;
  });
  expect(order).toEqual(["first", "second", "third", "added by first"]);
});

test("callbacks that were given before the loop runs wait for it", async () => {
  const loop = newVirtualLoop();
  const order: string[] = [];
  loop.callLater("1s", () => order.push("timer"));
  loop.callSoon(() => order.push("soon"));
  await new Promise((resolve) => setImmediate(resolve));
  expect(order).toEqual([]);
  await runFor(loop, 2);
  expect(order).toEqual(["soon", "timer"]);
});

test("callSoonThreadsafe is callSoon", async () => {
  const order = await inLoop((loop) => {
    const order: string[] = [];
    loop.callSoonThreadsafe(() => order.push("threadsafe"));
    loop.callSoon(() => order.push("soon"));
    return order;
  });
  expect(order).toEqual(["threadsafe", "soon"]);
});

test("runnables and callbacks stand in one queue", async () => {
  const order = await inLoop((loop) => {
    const order: string[] = [];
    const runnable = (name: string): Runnable => ({ run: () => order.push(name) });
    loop.callSoon(() => order.push("callback"));
    loop.enqueue(runnable("runnable"));
    loop.callSoon(() => order.push("another callback"));
    loop.enqueueAt(loop.time() + 1, runnable("runnable timer"));
    loop.callLater(1, () => order.push("timer"));
    return order;
  });
  expect(order).toEqual(["callback", "runnable", "another callback", "runnable timer", "timer"]);
});

describe("timers", () => {
  test("run at their time, the earliest first, whatever the order they were made in", async () => {
    const times = await inLoop((loop) => {
      const times: [Delay, number][] = [];
      for (const delay of ["3s", "1h", 0.5, "250ms", "1m"] as Delay[]) {
        loop.callLater(delay, () => times.push([delay, loop.time()]));
      }
      return times;
    }, newVirtualLoop());
    expect(times).toEqual([
      ["250ms", 0.25],
      [0.5, 0.5],
      ["3s", 3],
      ["1m", 60],
    ]);
  });

  test("with equal deadlines run in the order they were made", async () => {
    const order = await inLoop((loop) => {
      const order: number[] = [];
      for (let i = 0; i < 100; i++) {
        if (i % 2) loop.callAt(5, () => order.push(i));
        else loop.callLater(5, () => order.push(i));
      }
      return order;
    });
    expect(order).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  test("that are due join the ready queue behind what is ready, at the start of a turn", async () => {
    const order = await inLoop((loop) => {
      const order: string[] = [];
      loop.callLater(0, () => order.push("timer of delay 0"));
      loop.callSoon(() => {
        order.push("soon");
        loop.callAt(loop.time() - 5, () => order.push("timer long due"));
        loop.callSoon(() => order.push("soon of the next turn"));
      });
      return order;
    });
    expect(order).toEqual(["soon", "timer of delay 0", "soon of the next turn", "timer long due"]);
  });

  test("with a negative delay are due at once", async () => {
    const order = await inLoop((loop) => {
      const order: string[] = [];
      loop.callLater(-1, () => order.push("past"));
      loop.callLater("-2s", () => order.push("longer past"));
      loop.callLater(0, () => order.push("now"));
      return order;
    });
    expect(order).toEqual(["longer past", "past", "now"]);
  });

  test("at infinity never run, and hold no loop up", async () => {
    const loop = newVirtualLoop();
    let ran = false;
    loop.callLater(Number.POSITIVE_INFINITY, () => {
      ran = true;
    });
    await runFor(loop, 1e9);
    expect(ran).toBe(false);
  });

  test("know when they are due", async () => {
    const loop = newVirtualLoop();
    await runFor(loop, 10);
    expect(loop.callLater("1.5s", () => {}).when()).toBe(11.5);
    expect(loop.callAt(7, () => {}).when()).toBe(7);
  });
});

describe("a cancelled handle", () => {
  test("does not run", async () => {
    const loop = newVirtualLoop();
    const ran: string[] = [];
    const soon = loop.callSoon(() => ran.push("soon"));
    const later = loop.callLater(1, () => ran.push("later"));
    loop.callSoon(() => ran.push("other"));
    expect([soon.cancelled(), later.cancelled()]).toEqual([false, false]);
    soon.cancel();
    later.cancel();
    expect([soon.cancelled(), later.cancelled()]).toEqual([true, true]);
    await runFor(loop, 10);
    expect(ran).toEqual(["other"]);
  });

  test("does not run when a callback before it in the same turn cancels it", async () => {
    const ran = await inLoop((loop) => {
      const ran: string[] = [];
      loop.callSoon(() => {
        next.cancel();
        due.cancel();
      });
      const next = loop.callSoon(() => ran.push("next"));
      const due = loop.callLater(0, () => ran.push("due"));
      return ran;
    });
    expect(ran).toEqual([]);
  });

  test("can be cancelled again, and after it ran, without harm", async () => {
    const loop = newVirtualLoop();
    let count = 0;
    const handle = loop.callSoon(() => {
      count++;
    });
    const timer = loop.callLater(1, () => {
      count++;
      timer.cancel();
    });
    await runFor(loop, 2);
    handle.cancel();
    handle.cancel();
    timer.cancel();
    await runFor(loop, 2);
    expect(count).toBe(2);
  });

  test("of which there are many is swept, so that it holds nothing until its time", () => {
    const loop = newVirtualLoop();
    const timers = Array.from({ length: 1000 }, (_, i) => loop.callLater(3600 + i, () => {}));
    for (const timer of timers.slice(0, 500)) timer.cancel();
    expect(timers.filter((timer) => timer.scheduled)).toHaveLength(1000);
    timers[500]?.cancel();
    expect(timers.filter((timer) => timer.scheduled)).toHaveLength(499);
  });

  test("swept over and over, leaves the others to run in order", async () => {
    const loop = newVirtualLoop();
    const ran: number[] = [];
    for (let round = 0; round < 20; round++) {
      const timers = Array.from({ length: 300 }, (_, i) => loop.callLater(1 + ((i * 7) % 300), () => ran.push(i)));
      timers.forEach((timer, i) => {
        if (i !== round) timer.cancel();
      });
    }
    await runFor(loop, 1000);
    const expected = Array.from({ length: 20 }, (_, i) => i).sort((a, b) => ((a * 7) % 300) - ((b * 7) % 300));
    expect(ran).toEqual(expected);
  });
});

test("a callback that throws is reported and does not stop the others", async () => {
  const reports: string[] = [];
  const loop = newVirtualLoop({
    exceptionHandler: (_, { message, exception }) => reports.push(`${message}: ${exception}`),
  });
  let ran = false;
  loop.callSoon(function divide() {
    throw new RangeError("by zero");
  });
  loop.callSoon(() => {
    ran = true;
  });
  await runFor(loop, 1);
  expect(reports).toEqual(["Exception in callback <Handle divide()>: RangeError: by zero"]);
  expect(ran).toBe(true);
});

test("handles say what they call, and that they are cancelled", () => {
  const loop = newVirtualLoop();
  const handle = loop.callSoon(function start() {});
  expect(String(handle)).toBe("<Handle start()>");
  expect(String(loop.callLater(1, () => {}))).toBe("<TimerHandle anonymous()>");
  const waiter: Runnable = Object.assign({ run() {} }, { toString: () => "a waiter" });
  expect(String(loop.enqueueAt(1, waiter))).toBe("<TimerHandle a waiter>");
  handle.cancel();
  expect(String(handle)).toBe("<Handle cancelled>");
});

describe("refused, with nothing added:", () => {
  test.for([
    ["undefined", undefined, "got undefined"],
    ["a number", 5, "got 5"],
    ["a promise", Promise.resolve(), "got a promise"],
    ["an object", {}, "got an object"],
  ] as [string, () => void, string][])("%s as callback", async ([, callback, got]) => {
    const loop = newVirtualLoop();
    const expected = (name: string) => new TypeError(`a callback was expected by ${name}(), ${got}`);
    expect(() => loop.callSoon(callback)).toThrow(expected("callSoon"));
    expect(() => loop.callSoonThreadsafe(callback)).toThrow(expected("callSoon"));
    expect(() => loop.callLater(1, callback)).toThrow(expected("callLater"));
    expect(() => loop.callAt(1, callback)).toThrow(expected("callAt"));
    await runFor(loop, 2);
  });

  test("a generator function, which would make a coroutine that nobody runs", () => {
    const loop = newVirtualLoop();
    function* work() {}
    expect(() => loop.callSoon(work)).toThrow(
      new TypeError("coroutines cannot be used with callSoon(): make a task of work with createTask()"),
    );
  });

  test("arguments for the callback", () => {
    const loop = newVirtualLoop();
    const call = loop.callLater.bind(loop) as (...args: unknown[]) => void;
    expect(() => call(1, console.log, "hello")).toThrow(
      new TypeError('options must be an object, got "hello"; callbacks take no arguments: write a closure'),
    );
  });

  test("a context that is none", () => {
    const loop = newVirtualLoop();
    const options = { context: new Map() as never };
    const error = new TypeError("context must be a context or null, got an object of Map");
    expect(() => loop.callSoon(() => {}, options)).toThrow(error);
    expect(() => loop.callAt(1, () => {}, options)).toThrow(error);
  });

  test("delays that are none", () => {
    const loop = newVirtualLoop();
    const later = (delay: unknown) => () => loop.callLater(delay as Delay, () => {});
    expect(later("1 sec")).toThrow(/^Invalid delay: "1 sec" \(/);
    expect(later(Number.NaN)).toThrow(/^Invalid delay: NaN/);
    expect(later(null)).toThrow(/^delay must be a number of seconds or a string such as "250ms", got null/);
  });

  test("times that are none", () => {
    const loop = newVirtualLoop();
    const at = (when: unknown) => () => loop.callAt(when as number, () => {});
    expect(at("1s")).toThrow(new TypeError('when must be a number of seconds of loop.time(), got "1s"'));
    expect(at(new Date(0))).toThrow(/got an object of Date$/);
    expect(at(Number.NaN)).toThrow(/^Invalid when: NaN/);
  });
});

/**
 * What a callback does when it runs: makes other callbacks (a `delay` of `null`: soon), cancels one, and may block the loop, on
 * which time passes.
 */
interface Plan {
  readonly children: readonly { readonly delay: number | null; readonly plan: Plan }[];
  readonly cancels: number | null;
  readonly blocks: number;
}

/** A loop as asyncio describes it, without any care for speed. */
function model(main: Plan): string[] {
  const trace: string[] = [];
  const names: { cancelled: boolean }[] = [];
  let ready: { name: number; plan: Plan }[] = [];
  let timers: { when: number; name: number; plan: Plan }[] = [];
  let now = 0;
  const add = (delay: number | null, plan: Plan) => {
    const name = names.push({ cancelled: false }) - 1;
    if (delay === null) ready.push({ name, plan });
    else timers.push({ when: now + delay, name, plan });
  };
  add(null, main);
  while (ready.length > 0 || timers.length > 0) {
    timers = timers.filter(({ name }) => !names[name]?.cancelled).sort((a, b) => a.when - b.when || a.name - b.name);
    if (ready.length === 0) now = Math.max(now, timers[0]?.when ?? now);
    ready.push(...timers.filter(({ when }) => when <= now));
    timers = timers.filter(({ when }) => when > now);
    const turn = ready;
    ready = [];
    for (const { name, plan } of turn) {
      if (names[name]?.cancelled) continue;
      trace.push(`${name} at ${now}`);
      for (const { delay, plan: child } of plan.children) add(delay, child);
      const other = plan.cancels === null ? undefined : names[plan.cancels % names.length];
      if (other) other.cancelled = true;
      now += plan.blocks;
    }
  }
  return trace;
}

/** The same on a real loop. */
async function reality(main: Plan): Promise<string[]> {
  const trace: string[] = [];
  const loop = newVirtualLoop();
  const handles: { cancel(): void }[] = [];
  const add = (delay: number | null, plan: Plan) => {
    const name = handles.length;
    const callback = () => {
      trace.push(`${name} at ${loop.time()}`);
      for (const { delay, plan: child } of plan.children) add(delay, child);
      if (plan.cancels !== null) handles[plan.cancels % handles.length]?.cancel();
      loop.host.advance(plan.blocks);
    };
    handles.push(delay === null ? loop.callSoon(callback) : loop.callLater(delay, callback));
  };
  add(null, main);
  await runFor(loop, 1e6);
  loop.close();
  return trace;
}

test("any program of callbacks runs as a naive model of asyncio's turns does", async () => {
  const blocks = fc.oneof({ arbitrary: fc.constant(0), weight: 4 }, { arbitrary: fc.nat(5), weight: 1 });
  const { plan } = fc.letrec<{ plan: Plan; leaf: Plan; node: Plan }>((tie) => ({
    plan: fc.oneof({ maxDepth: 6, depthSize: "medium" }, tie("leaf"), tie("node")),
    leaf: fc.record({ children: fc.constant([]), cancels: fc.option(fc.nat(30)), blocks }),
    node: fc.record({
      children: fc.array(fc.record({ delay: fc.option(fc.integer({ min: -2, max: 4 })), plan: tie("plan") }), {
        maxLength: 5,
      }),
      cancels: fc.option(fc.nat(30)),
      blocks,
    }),
  }));
  await fc.assert(
    fc.asyncProperty(plan, async (main) => {
      expect(await reality(main)).toEqual(model(main));
    }),
    { numRuns: 200 },
  );
});
