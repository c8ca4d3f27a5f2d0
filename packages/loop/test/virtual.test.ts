import { DeadlockError, type Delay, RuntimeError, type TaskContract, ValueError } from "@tsyncio/contract";
import { newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop, VirtualHost, type VirtualOptions, virtualHost } from "@tsyncio/loop/virtual";
import { describe, expect, test } from "vitest";
import { inLoop, Outcome, runFor } from "./support.ts";

describe("the clock", () => {
  test("starts at 0 and jumps to the next timer when nothing is ready", async () => {
    const start = performance.now();
    const times = await inLoop((loop) => {
      const times: number[] = [loop.time()];
      for (const delay of ["1h", "10s", "10s", "500ms"] as Delay[])
        loop.callLater(delay, () => times.push(loop.time()));
      loop.callLater("999s", () => times.push(loop.time()));
      return times;
    });
    expect(times).toEqual([0, 0.5, 10, 10, 999]);
    expect(performance.now() - start).toBeLessThan(900);
  });

  test("stands still while callbacks and native code run", async () => {
    const loop = newVirtualLoop();
    const times: number[] = [];
    loop.callSoon(async () => {
      for (let i = 0; i < 50; i++) await null;
      times.push(loop.time());
      loop.callSoon(() => times.push(loop.time()));
    });
    loop.callLater(1, () => times.push(loop.time()));
    await runFor(loop, 2);
    expect(times).toEqual([0, 0, 1]);
  });

  test("does not jump to timers that were cancelled", async () => {
    const loop = newVirtualLoop();
    const times: number[] = [];
    const cancelled = loop.callLater(5, () => {});
    loop.callLater(1, () => cancelled.cancel());
    loop.callLater(9, () => times.push(loop.time()));
    loop.callLater(3, () => times.push(loop.time()));
    await runFor(loop, 20);
    expect(times).toEqual([3, 9]);
  });

  test("can be moved by hand, as by a callback that blocks: what is due then runs in the next turn", async () => {
    const loop = newVirtualLoop();
    const order: [string, number][] = [];
    loop.callLater(1, () => order.push(["timer", loop.time()]));
    loop.callSoon(() => {
      loop.host.advance("5s");
      order.push(["blocking", loop.time()]);
    });
    await runFor(loop, 10);
    expect(order).toEqual([
      ["blocking", 5],
      ["timer", 5],
    ]);
  });

  test("moves forward only, by finite delays", () => {
    const host = virtualHost();
    host.advance(0);
    host.advance(1.5);
    expect(() => host.advance(-1)).toThrow(new ValueError("delay must be finite and not negative, got -1"));
    expect(() => host.advance(Number.POSITIVE_INFINITY)).toThrow(ValueError);
    expect(() => host.advance("1" as Delay)).toThrow(ValueError);
    expect(host.now()).toBe(1.5);
  });

  test("is told from a real one", () => {
    expect(newVirtualLoop().host).toMatchObject({ name: "virtual", virtual: true });
    expect(newEventLoop().host).toMatchObject({ name: "node", virtual: false });
    expect(virtualHost()).toBeInstanceOf(VirtualHost);
  });
});

describe("several loops on one clock", () => {
  test("run their timers in the order of time", async () => {
    const host = virtualHost();
    const loops = [newEventLoop({ host }), newEventLoop({ host })] as const;
    const seen: string[] = [];
    for (const [i, loop] of loops.entries()) {
      for (const delay of [1 + i, 3 - i, 10 * i]) loop.callLater(delay, () => seen.push(`loop ${i} at ${loop.time()}`));
    }
    await Promise.all(loops.map((loop) => runFor(loop, 20)));
    expect(seen).toEqual(["loop 0 at 0", "loop 0 at 1", "loop 1 at 2", "loop 1 at 2", "loop 0 at 3", "loop 1 at 10"]);
    expect(host.now()).toBe(20);
  });

  test("wait for one another: the clock jumps when all are idle", async () => {
    const host = virtualHost();
    const [busy, idle] = [newEventLoop({ host }), newEventLoop({ host })];
    const seen: [string, number][] = [];
    let turns = 0;
    const spin = () => {
      if (turns++ < 100) busy.callSoon(spin);
      else seen.push(["spinner done", host.now()]);
    };
    busy.callSoon(spin);
    idle.callLater(1, () => seen.push(["timer", host.now()]));
    await Promise.all([runFor(busy, 5), runFor(idle, 5)]);
    expect(seen).toEqual([
      ["spinner done", 0],
      ["timer", 1],
    ]);
  });

  test("do not wait for one whose run has ended", async () => {
    const host = virtualHost();
    const [ending, idle] = [newEventLoop({ host }), newEventLoop({ host })];
    let turns = 0;
    const spin = () => {
      if (turns++ < 100) ending.callSoon(spin);
      else ending.stop();
    };
    ending.callSoon(spin);
    await Promise.all([ending.runForever(), runFor(idle, 5)]);
    expect(host.now()).toBe(5);
  });

  test("fail for foreign work of their own only", async () => {
    const host = virtualHost({ foreign: "error" });
    const [foreign, other] = [newEventLoop({ host }), newEventLoop({ host })];
    foreign.foreignWork.add({ foreignWait: () => "fetchPage" });
    const [failed, ended] = await Promise.allSettled([runFor(foreign, 5), runFor(other, 5)]);
    expect([failed.status, ended.status]).toEqual(["rejected", "fulfilled"]);
  });

  test("are in no deadlock while one of them has a timer", async () => {
    const host = virtualHost();
    const [waiting, other] = [newEventLoop({ host }), newEventLoop({ host })];
    const outcome = new Outcome<string>(other);
    other.callLater(60, () => outcome.settle(() => "from the other loop"));
    const [result] = await Promise.all([waiting.runUntilComplete(outcome), runFor(other, 100)]);
    expect(result).toBe("from the other loop");
  });
});

describe("a deadlock", () => {
  const task = (name: string, coroutine: string, wait: string) =>
    ({
      taskBefore: null,
      taskAfter: null,
      getName: () => name,
      getCoro: () => ({ name: coroutine }),
      describeWait: () => wait,
    }) as unknown as TaskContract;

  test("is an error for who waits, which names the tasks and what they wait for", async () => {
    const loop = newVirtualLoop();
    loop.tasks.add(task("Task-1", "main", "<Future pending>"));
    loop.tasks.add(task("worker", "fetchAll", "Lock.acquire()"));
    await expect(loop.runUntilComplete(new Outcome(loop))).rejects.toThrow(
      new DeadlockError(
        "nothing can wake the program any more:\n  Task-1 (main) waits for <Future pending>\n  worker (fetchAll) waits for Lock.acquire()",
      ),
    );
    expect(loop.isRunning()).toBe(false);
  });

  test("without tasks says so", async () => {
    const loop = newVirtualLoop();
    await expect(loop.runUntilComplete(new Outcome(loop))).rejects.toThrow(
      new DeadlockError("nothing can wake the program any more; there are no tasks"),
    );
  });

  test("comes when the last timer has run", async () => {
    const loop = newVirtualLoop();
    loop.callLater(30, () => {});
    loop.callLater(Number.POSITIVE_INFINITY, () => {});
    await expect(loop.runUntilComplete(new Outcome(loop))).rejects.toThrow(DeadlockError);
    expect(loop.time()).toBe(30);
  });

  test("is none for runForever, which the host may stop", async () => {
    const loop = newVirtualLoop();
    setTimeout(() => loop.stop(), 5);
    await loop.runForever();
  });
});

describe("foreign work", () => {
  /** What a loop does while something foreign is waited for, for `ms` of real time. */
  async function waiting(options: VirtualOptions, ms: number) {
    const loop = newVirtualLoop(options);
    const events: string[] = [];
    const work = { foreignWait: () => "fetchPage" };
    loop.foreignWork.add(work);
    setTimeout(() => {
      loop.foreignWork.delete(work);
      loop.callSoon(() => events.push(`foreign at ${loop.time()}`));
    }, ms);
    loop.callLater(1, () => events.push(`timer at ${loop.time()}`));
    let error: unknown;
    await runFor(loop, 2).catch((thrown) => {
      error = thrown;
    });
    return { loop, events, error };
  }

  test("holds the clock: the host gets its turns until it is over", async () => {
    expect((await waiting({}, 10)).events).toEqual(["foreign at 0", "timer at 1"]);
  });

  test("holds the clock no longer than its grace", async () => {
    expect((await waiting({ foreignGrace: "2ms" }, 200)).events).toEqual(["timer at 1"]);
  });

  // Under load a timer of the host that was due was taken for one that never comes: the time was up before the host had looked at its timers.
  test("that is over by the time a blocked process goes on was waited for", async () => {
    setImmediate(() => {
      const begun = performance.now();
      while (performance.now() < begun + 100) {}
    });
    expect((await waiting({ foreignGrace: "50ms" }, 20)).events).toEqual(["foreign at 0", "timer at 1"]);
  });

  test("that waits for something of ours does not hold the clock", async () => {
    const loop = newVirtualLoop({ foreign: "error" });
    loop.foreignWork.add({ foreignWait: () => null });
    await runFor(loop, 5);
    expect(loop.time()).toBe(5);
  });

  test("is an error where that is asked for, which names who waits", async () => {
    const { events, error, loop } = await waiting({ foreign: "error" }, 1);
    expect(error).toEqual(new RuntimeError("a virtual clock can't wait for foreign promises; who waits: fetchPage"));
    expect(events).toEqual([]);
    expect(loop.isRunning()).toBe(false);
  });
});

test("options that are none are refused", () => {
  expect(() => virtualHost({ foreign: "ignore" as "wait" })).toThrow(
    new ValueError('foreign must be "wait" or "error", got "ignore"'),
  );
  expect(() => newVirtualLoop({ foreignGrace: Number.NaN })).toThrow(
    new ValueError("Invalid foreignGrace: NaN (not a number)"),
  );
  const [forein, host] = [{ forein: "error" }, { host: virtualHost() }];
  expect(() => virtualHost(forein as object)).toThrow(
    "virtualHost() got an unexpected option 'forein'. Did you mean 'foreign'?",
  );
  expect(() => newVirtualLoop(forein as object)).toThrow("newVirtualLoop() got an unexpected option 'forein'");
  expect(() => newVirtualLoop(host as object)).toThrow("newVirtualLoop() got an unexpected option 'host'");
});
