import { getEventLoop, newEventLoop } from "@tsyncio/loop";
import { expect, test } from "vitest";

const hostTimers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;

test("time is in seconds, and does not go back", async () => {
  const loop = newEventLoop();
  const start = loop.time();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(loop.time() - start).toBeGreaterThan(0.008);
  expect(loop.time() - start).toBeLessThan(5);
});

test("timers run in order, none before its time", async () => {
  const loop = newEventLoop();
  const start = loop.time();
  const late: [number, number][] = [];
  for (const delay of [0.006, 0.002, 0.004, 0]) {
    loop.callLater(delay, () => late.push([delay, loop.time() - start - delay]));
  }
  loop.callLater("8ms", () => loop.stop());
  await loop.runForever();
  expect(late.map(([delay]) => delay)).toEqual([0, 0.002, 0.004, 0.006]);
  for (const [, lateness] of late) expect(lateness).toBeGreaterThanOrEqual(0);
});

test("an earlier timer that is made later has the host wake the loop in time", async () => {
  const loop = getEventLoop();
  const long = loop.callLater("1h", () => {});
  await new Promise<void>((resolve) => loop.callLater("2ms", resolve));
  long.cancel();
});

test("a timer of 30 days does not fire at once, as one of the host would", async () => {
  const loop = newEventLoop();
  let fired = false;
  loop.callLater("720h", () => {
    fired = true;
  });
  loop.callLater("5ms", () => loop.stop());
  await loop.runForever();
  expect(fired).toBe(false);
  loop.close();
});

test("a loop has one timer of the host at most, and none when it needs none", async () => {
  const loop = getEventLoop();
  const before = hostTimers();
  const timers = Array.from({ length: 1000 }, (_, i) => loop.callLater(3600 - i, () => {}));
  expect(hostTimers()).toBe(before + 1);
  await new Promise<void>((resolve) => loop.callLater("1ms", resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(hostTimers()).toBe(before + 1);
  for (const timer of timers) timer.cancel();
  expect(hostTimers()).toBe(before);
});

test("a loop that no longer runs has no timer of the host", async () => {
  const loop = newEventLoop();
  const before = hostTimers();
  loop.callLater("1h", () => {});
  expect(hostTimers()).toBe(before);
  loop.callSoon(() => loop.stop());
  await loop.runForever();
  expect(hostTimers()).toBe(before);
});
