import { KeyboardInterrupt, type Runnable, RuntimeError, registry, SystemExit } from "@tsyncio/contract";
import { type EventLoop, getRunningLoop, newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { afterEach, describe, expect, test } from "vitest";
import { logOf, Outcome, runFor } from "./support.ts";

afterEach(() => expect(registry.runningLoop).toBeNull());

const already = new RuntimeError("This event loop is already running");
const another = new RuntimeError("Cannot run the event loop while another loop is running");
const closed = new RuntimeError("Event loop is closed");

/** What `call` throws or rejects with, called in a callback of `loop`. */
async function errorInside(loop: EventLoop, call: () => unknown): Promise<unknown> {
  let outcome: Promise<unknown> | undefined;
  loop.callSoon(() => {
    outcome = (async () => call())().then(
      () => "no error",
      (error) => error,
    );
  });
  await runFor(loop, 1);
  return outcome;
}

describe("runForever", () => {
  test("runs until stop() is called, and to the end of that turn", async () => {
    const loop = newVirtualLoop();
    const ran: string[] = [];
    loop.callSoon(() => {
      loop.stop();
      loop.callSoon(() => ran.push("next turn"));
    });
    loop.callSoon(() => ran.push("same turn"));
    await loop.runForever();
    expect(ran).toEqual(["same turn"]);
    await runFor(loop, 1);
    expect(ran).toEqual(["same turn", "next turn"]);
  });

  test("called after stop() runs one turn", async () => {
    const loop = newVirtualLoop();
    const ran: string[] = [];
    loop.callLater(0, () => ran.push("due timer"));
    loop.callSoon(() => {
      ran.push("first turn");
      loop.callSoon(() => ran.push("second turn"));
    });
    loop.stop();
    await loop.runForever();
    expect(ran).toEqual(["first turn", "due timer"]);
    loop.stop();
    await loop.runForever();
    expect(ran).toEqual(["first turn", "due timer", "second turn"]);
  });

  test("called after stop() returns even when there is nothing to do", async () => {
    const loop = newEventLoop();
    loop.stop();
    await loop.runForever();
    expect(loop.isRunning()).toBe(false);
  });

  test("is ended by stop() right behind it", async () => {
    const loop = newVirtualLoop();
    const running = loop.runForever();
    loop.stop();
    await running;
  });

  test("is ended by a stop() that comes from the host while the loop is idle", async () => {
    const loop = newEventLoop();
    const running = loop.runForever();
    setTimeout(() => loop.stop(), 1);
    await running;
    loop.close();
  });

  test("is ended by stop() in native code that a callback woke, once the turn is over", async () => {
    const loop = newVirtualLoop();
    const ran: string[] = [];
    loop.callSoon(() => {
      Promise.resolve().then(() => loop.stop());
    });
    loop.callSoon(() => {
      ran.push("same turn");
      loop.callSoon(() => ran.push("next turn"));
    });
    await loop.runForever();
    expect(ran).toEqual(["same turn"]);
  });

  test("stopped twice in a turn, is not stopped again the next time", async () => {
    const loop = newVirtualLoop();
    loop.callSoon(() => {
      loop.stop();
      loop.stop();
    });
    await loop.runForever();
    await runFor(loop, 5);
    expect(loop.time()).toBe(5);
  });

  test("leaves its timers for the next time", async () => {
    const loop = newVirtualLoop();
    const ran: number[] = [];
    loop.callLater(7, () => ran.push(loop.time()));
    await runFor(loop, 5);
    expect(ran).toEqual([]);
    await runFor(loop, 5);
    expect(ran).toEqual([7]);
  });
});

describe("runUntilComplete", () => {
  test("gives the result", async () => {
    const loop = newVirtualLoop();
    const outcome = new Outcome<string>(loop);
    loop.callLater(3, () => outcome.settle(() => "done"));
    expect(await loop.runUntilComplete(outcome)).toBe("done");
    expect(loop.time()).toBe(3);
  });

  test("takes what is done already", async () => {
    const loop = newVirtualLoop();
    const outcome = new Outcome<number>(loop);
    outcome.settle(() => 7);
    expect(await loop.runUntilComplete(outcome)).toBe(7);
  });

  test("rejects with the error", async () => {
    const loop = newVirtualLoop();
    const outcome = new Outcome(loop);
    const error = new RangeError("far");
    loop.callSoon(() =>
      outcome.settle(() => {
        throw error;
      }),
    );
    await expect(loop.runUntilComplete(outcome)).rejects.toBe(error);
  });

  test("rejects when the loop is stopped before, and waits no longer", async () => {
    const loop = newVirtualLoop();
    const outcome = new Outcome(loop);
    loop.callSoon(() => loop.stop());
    await expect(loop.runUntilComplete(outcome)).rejects.toThrow(
      new RuntimeError("Event loop stopped before Future completed."),
    );
    expect(outcome.waiters.size).toBe(0);
  });

  test("takes what belongs to another loop", async () => {
    const loop = newVirtualLoop();
    const outcome = new Outcome<string>(newVirtualLoop());
    loop.callSoon(() => outcome.settle(() => "from afar"));
    expect(await loop.runUntilComplete(outcome)).toBe("from afar");
  });

  test("makes a task of a coroutine or function, for which a package is needed", async () => {
    const loop = newVirtualLoop();
    await expect(loop.runUntilComplete(async () => {})).rejects.toThrow(
      new RuntimeError('a task is needed, and nothing makes one: import "@tsyncio/tasks" first'),
    );
    expect(loop.isRunning()).toBe(false);
  });

  test("that SystemExit ended does not stop the next run of the loop", async () => {
    const loop = newVirtualLoop();
    const outcome = new Outcome(loop);
    loop.callSoon(() => {
      outcome.settle(() => "too late");
      throw new SystemExit();
    });
    await expect(loop.runUntilComplete(outcome)).rejects.toThrow(SystemExit);
    await runFor(loop, 5);
    expect(loop.time()).toBe(5);
  });
});

describe("a loop that runs", () => {
  test("is running in its callbacks and between them", async () => {
    const loop = newVirtualLoop();
    const seen: boolean[] = [loop.isRunning()];
    loop.callSoon(() => {
      seen.push(loop.isRunning(), getRunningLoop() === loop);
      Promise.resolve().then(() => seen.push(loop.isRunning()));
    });
    await runFor(loop, 1);
    expect([...seen, loop.isRunning()]).toEqual([false, true, true, true, false]);
    expect(() => getRunningLoop()).toThrow(new RuntimeError("no running event loop"));
  });

  test("can't be run again, from inside or outside", async () => {
    const loop = newVirtualLoop();
    expect(await errorInside(loop, () => loop.runForever())).toEqual(already);
    expect(await errorInside(loop, () => loop.runUntilComplete(new Outcome(loop)))).toEqual(already);
    const running = runFor(loop, 1);
    await expect(loop.runForever()).rejects.toThrow(already);
    await running;
  });

  test("keeps other loops from running inside its callbacks", async () => {
    const loop = newVirtualLoop();
    const other = newVirtualLoop();
    expect(await errorInside(loop, () => other.runForever())).toEqual(another);
    expect(await errorInside(loop, () => other.runUntilComplete(new Outcome(other)))).toEqual(another);
    expect(other.isRunning()).toBe(false);
    await runFor(other, 1);
  });

  test("runs beside others that plain code runs", async () => {
    const loops = [newVirtualLoop(), newVirtualLoop(), newEventLoop()];
    const order: string[] = [];
    const runs = loops.map(async (loop, i) => {
      loop.callLater(0.01, () => loop.stop());
      loop.callSoon(() => order.push(`${i}: ${getRunningLoop() === loop}`));
      await loop.runForever();
    });
    await Promise.all(runs);
    expect(order.sort()).toEqual(["0: true", "1: true", "2: true"]);
  });

  test("can't be closed, from inside or outside", async () => {
    const loop = newVirtualLoop();
    const error = new RuntimeError("Cannot close a running event loop");
    expect(await errorInside(loop, () => loop.close())).toEqual(error);
    const running = runFor(loop, 1);
    expect(() => loop.close()).toThrow(error);
    await running;
    expect(loop.isClosed()).toBe(false);
  });
});

describe("a closed loop", () => {
  test("refuses work, by asyncio's words, before it looks at the arguments", async () => {
    const loop = newVirtualLoop();
    loop.close();
    const bad = undefined as never;
    expect(() => loop.callSoon(() => {})).toThrow(closed);
    expect(() => loop.callSoon(bad)).toThrow(closed);
    expect(() => loop.callSoonThreadsafe(() => {})).toThrow(closed);
    expect(() => loop.callLater(bad, bad)).toThrow(closed);
    expect(() => loop.callAt(bad, bad)).toThrow(closed);
    expect(() => loop.enqueueAt(1, { run() {} })).toThrow(closed);
    expect(() => loop.createTask(bad)).toThrow(closed);
    expect(() => loop.runInExecutor(null, () => {})).toThrow(closed);
    expect(() => loop.addSignalHandler("SIGUSR2", () => {})).toThrow(closed);
    await expect(loop.runForever()).rejects.toThrow(closed);
    await expect(loop.runUntilComplete(new Outcome(loop))).rejects.toThrow(closed);
  });

  test("drops what it was given, and skips wake-ups without an error", async () => {
    const loop = newEventLoop();
    let ran = false;
    const callback = () => {
      ran = true;
    };
    loop.callSoon(callback);
    const timer = loop.callLater(0.001, callback);
    loop.close();
    loop.enqueue({ run: callback });
    timer.cancel();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(ran).toBe(false);
  });

  test("can be closed again", () => {
    const loop = newVirtualLoop();
    loop.close();
    loop.close();
    expect(loop.isClosed()).toBe(true);
    expect(loop.isRunning()).toBe(false);
  });

  test("is what `using` leaves", () => {
    let kept: EventLoop;
    {
      using loop = newVirtualLoop();
      kept = loop;
      expect(kept.isClosed()).toBe(false);
    }
    expect(kept.isClosed()).toBe(true);
  });

  test("still tells its state, time and mode", () => {
    const loop = newVirtualLoop({ debug: true });
    loop.close();
    expect([loop.time(), loop.getDebug(), String(loop)]).toEqual([
      0,
      true,
      "<EventLoop running=false closed=true debug=true>",
    ]);
    loop.stop();
  });
});

describe.for([
  ["SystemExit", new SystemExit(3)],
  ["KeyboardInterrupt", new KeyboardInterrupt()],
] as const)("%s", ([, error]) => {
  test("in a callback ends the run at once, and what is ready stays so", async () => {
    const loop = newVirtualLoop();
    const ran: string[] = [];
    loop.callSoon(() => {
      loop.callSoon(() => ran.push("next turn"));
      throw error;
    });
    loop.callSoon(() => ran.push("same turn"));
    await expect(loop.runForever()).rejects.toBe(error);
    expect(loop.isRunning()).toBe(false);
    expect(ran).toEqual([]);
    await runFor(loop, 1);
    expect(ran).toEqual(["same turn", "next turn"]);
  });

  test("after a stop() in the same turn, leaves no stop behind", async () => {
    const loop = newVirtualLoop();
    loop.callSoon(() => {
      loop.stop();
      throw error;
    });
    await expect(loop.runForever()).rejects.toBe(error);
    await runFor(loop, 5);
    expect(loop.time()).toBe(5);
  });

  test("of native code ends the run by abort()", async () => {
    const loop = newVirtualLoop();
    const ran: string[] = [];
    loop.callSoon(() => {
      Promise.resolve().then(() => loop.abort(error));
    });
    loop.callSoon(() => ran.push("same turn"));
    await expect(loop.runForever()).rejects.toBe(error);
    expect(ran).toEqual([]);
    await runFor(loop, 5);
    expect(ran).toEqual(["same turn"]);
    expect(loop.time()).toBe(5);
  });

  test("given to abort() in a callback ends the run behind that callback", async () => {
    const loop = newVirtualLoop();
    const ran: string[] = [];
    loop.callSoon(() => {
      loop.abort(error);
      ran.push("rest of the callback");
    });
    loop.callSoon(() => ran.push("same turn"));
    await expect(loop.runForever()).rejects.toBe(error);
    expect(ran).toEqual(["rest of the callback"]);
  });

  test("in an exception handler ends the run", async () => {
    const loop = newVirtualLoop({
      exceptionHandler: () => {
        throw error;
      },
    });
    const log = logOf(loop);
    loop.callSoon(() => {
      throw new Error("handled by leaving");
    });
    await expect(loop.runForever()).rejects.toBe(error);
    expect(log).toEqual([]);
  });
});

test("a callback that can't even be described ends the run with that error, and leaves the loop in order", async () => {
  const loop = newVirtualLoop();
  const error = new Error("no text for you");
  loop.enqueue({
    run() {
      throw new Error("lost");
    },
    toString() {
      throw error;
    },
  } as Runnable);
  await expect(loop.runForever()).rejects.toBe(error);
  await runFor(loop, 5);
  expect(loop.time()).toBe(5);
});

test("a loop says what it is", async () => {
  const loop = newVirtualLoop({ debug: false });
  expect(String(loop)).toBe("<EventLoop running=false closed=false debug=false>");
  loop.callSoon(() => {
    expect(String(loop)).toBe("<EventLoop running=true closed=false debug=false>");
  });
  await runFor(loop, 1);
});

describe("newEventLoop refuses", () => {
  test.for([
    ["options that are none", null, "options must be an object, got null"],
    ["a host that is none", { host: {} }, "host must be a host, got an object"],
    ["a handler that is none", { exceptionHandler: "log" }, 'A callable object or null is expected, got "log"'],
    ["a delay that is none", { unreadErrorsAfter: Number.NaN }, "Invalid unreadErrorsAfter: NaN (not a number)"],
    [
      "another delay that is none",
      { abandonAfter: {} },
      'abandonAfter must be a number of seconds or a string such as "250ms", got an object',
    ],
  ] as [string, object, string][])("%s", ([, options, message]) => {
    expect(() => newEventLoop(options)).toThrow(message);
  });
});

test("abandonAfter is kept in seconds", () => {
  expect(newEventLoop().abandonAfter).toBe(0.1);
  expect(newEventLoop({ abandonAfter: "2s" }).abandonAfter).toBe(2);
  expect(newEventLoop({ abandonAfter: null }).abandonAfter).toBeNull();
});
