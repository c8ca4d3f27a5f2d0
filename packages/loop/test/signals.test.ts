import { RuntimeError, ValueError } from "@tsyncio/contract";
import { newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { describe, expect, test } from "vitest";
import { webHost } from "../dist/hosts/web.js";

const SIGNAL = "SIGUSR2";

test("a handler is called in the loop, each time the signal comes", async () => {
  const loop = newEventLoop();
  const seen: boolean[] = [];
  loop.addSignalHandler(SIGNAL, () => {
    seen.push(loop.isRunning());
    if (seen.length === 2) loop.stop();
    else process.kill(process.pid, SIGNAL);
  });
  process.kill(process.pid, SIGNAL);
  await loop.runForever();
  expect(seen).toEqual([true, true]);
  loop.close();
});

test("a second handler of the same signal replaces the first", async () => {
  const loop = newEventLoop();
  const called: string[] = [];
  loop.addSignalHandler(SIGNAL, () => called.push("first"));
  loop.addSignalHandler(SIGNAL, () => {
    called.push("second");
    loop.stop();
  });
  expect(process.listenerCount(SIGNAL)).toBe(1);
  process.kill(process.pid, SIGNAL);
  await loop.runForever();
  expect(called).toEqual(["second"]);
  loop.close();
});

test("removeSignalHandler says whether there was one", () => {
  const loop = newEventLoop();
  loop.addSignalHandler(SIGNAL, () => {});
  expect(loop.removeSignalHandler(SIGNAL)).toBe(true);
  expect(process.listenerCount(SIGNAL)).toBe(0);
  expect(loop.removeSignalHandler(SIGNAL)).toBe(false);
});

test("a closed loop listens for nothing", () => {
  const loop = newEventLoop();
  loop.addSignalHandler(SIGNAL, () => {});
  loop.addSignalHandler("SIGHUP", () => {});
  loop.close();
  expect([process.listenerCount(SIGNAL), process.listenerCount("SIGHUP")]).toEqual([0, 0]);
});

test("each loop has a handler of its own, and other listeners are left alone", async () => {
  const loops = [newEventLoop(), newVirtualLoop()];
  const called: string[] = [];
  const listener = () => called.push("host");
  process.on(SIGNAL, listener);
  expect(loops[0]?.host.signalListeners(SIGNAL)).toBe(1);
  for (const [i, loop] of loops.entries()) {
    loop.addSignalHandler(SIGNAL, () => {
      called.push(`loop ${i}`);
      loop.stop();
    });
  }
  const runs = loops.map((loop) => loop.runForever());
  process.kill(process.pid, SIGNAL);
  await Promise.all(runs);
  for (const loop of loops) loop.close();
  expect(called.sort()).toEqual(["host", "loop 0", "loop 1"]);
  expect(process.listenerCount(SIGNAL)).toBe(1);
  process.off(SIGNAL, listener);
});

describe("refused, with the old handler left in place:", () => {
  test.for([
    ["no name of a signal", "term", 'signal must be a name such as "SIGTERM", got "term"', ValueError],
    ["a number", 15, 'signal must be a name such as "SIGTERM", got 15', ValueError],
    ["a signal that does not exist", "SIGNONE", "unknown signal: SIGNONE", ValueError],
    ["a signal that can't be caught", "SIGKILL", "SIGKILL cannot be caught", RuntimeError],
    ["another signal that can't be caught", "SIGSTOP", "SIGSTOP cannot be caught", RuntimeError],
  ] as [string, string, string, new (message: string) => Error][])("%s", ([, signal, message, type]) => {
    const loop = newEventLoop();
    expect(() => loop.addSignalHandler(signal, () => {})).toThrow(new type(message));
    loop.close();
  });

  test("a handler that is none", () => {
    const loop = newEventLoop();
    loop.addSignalHandler(SIGNAL, () => {});
    expect(() => loop.addSignalHandler(SIGNAL, null as never)).toThrow(
      new TypeError("a callback was expected by addSignalHandler(), got null"),
    );
    expect(loop.removeSignalHandler(SIGNAL)).toBe(true);
  });

  test("a name to remove that is none", () => {
    const loop = newEventLoop();
    expect(() => loop.removeSignalHandler(undefined as never)).toThrow(
      new ValueError('signal must be a name such as "SIGTERM", got undefined'),
    );
  });

  test("any signal, where the host has none", () => {
    const loop = newEventLoop({ host: webHost() });
    expect(() => loop.addSignalHandler("SIGTERM", () => {})).toThrow(
      new RuntimeError("this host has no signals: SIGTERM"),
    );
    expect(loop.removeSignalHandler("SIGTERM")).toBe(false);
    loop.close();
  });
});
