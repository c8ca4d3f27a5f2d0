// The host of browsers, as far as Node can stand in for one.
import { newEventLoop } from "@tsyncio/loop";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { webHost } from "../dist/hosts/web.js";

const webLoop = () => newEventLoop({ host: webHost() });

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("callbacks and timers run in order", async () => {
  const loop = webLoop();
  const order: string[] = [];
  loop.callLater("4ms", () => loop.stop());
  loop.callLater("2ms", () => order.push("second timer"));
  loop.callLater("1ms", () => order.push("first timer"));
  loop.callSoon(() => order.push("soon"));
  await loop.runForever();
  expect(order).toEqual(["soon", "first timer", "second timer"]);
  loop.close();
});

test("the native code that a callback woke runs dry before the next callback", async () => {
  const loop = webLoop();
  const order: string[] = [];
  for (const name of ["a", "b"]) {
    loop.callSoon(async () => {
      for (let i = 0; i < 20; i++) await null;
      order.push(name);
      if (name === "b") loop.stop();
    });
  }
  await loop.runForever();
  expect(order).toEqual(["a", "b"]);
});

test("a spinner leaves the host its turns", async () => {
  const loop = webLoop();
  let goOn = true;
  const spin = () => {
    if (goOn) loop.callSoon(spin);
    else loop.stop();
  };
  loop.callSoon(spin);
  const running = loop.runForever();
  await new Promise((resolve) => setTimeout(resolve, 5));
  goOn = false;
  await running;
});

test("a long timer does not fire at once", async () => {
  const loop = webLoop();
  let fired = false;
  loop.callLater("720h", () => {
    fired = true;
  });
  loop.callLater("3ms", () => loop.stop());
  await loop.runForever();
  expect(fired).toBe(false);
});

test("there is no async context", () => {
  const host = webHost();
  expect([host.captureContext(), host.createStorage(), host.callbackKind()]).toEqual([null, null, null]);
  expect(
    newEventLoop({ host })
      .callSoon(() => {})
      .getContext(),
  ).toBeNull();
});

test("nobody listens for signals, and nothing ends or holds the page", () => {
  const host = webHost();
  expect(host.signalListeners("SIGINT")).toBe(0);
  host.hold()();
  host.beforeEnd(() => {})();
  host.exit(1);
});

test("real time can be waited for, and the wait taken back", async () => {
  const host = webHost();
  const rang: string[] = [];
  const cancel = host.afterRealTime(0.001, () => rang.push("cancelled"));
  cancel();
  await new Promise<void>((resolve) => host.afterRealTime(0.003, resolve));
  expect(rang).toEqual([]);
});

test("errors that nobody handles go to reportError", () => {
  const reported: unknown[] = [];
  vi.stubGlobal("reportError", (error: unknown) => reported.push(error));
  const error = new Error("lost");
  webHost().reportUnhandled(error);
  expect(reported).toEqual([error]);
});

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.spyOn(console, "error").mockImplementation(() => {});
});

test("warnings and errors go to the console", () => {
  const error = new Error("by zero");
  webHost().log("warn", "slow");
  webHost().log("error", "failed", error);
  expect(vi.mocked(console.warn).mock.calls).toEqual([["slow"]]);
  expect(vi.mocked(console.error).mock.calls).toEqual([["failed", error]]);
});
