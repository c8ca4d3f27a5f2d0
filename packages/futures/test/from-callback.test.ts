import { stat } from "node:fs";
import { fromCallback } from "@tsyncio/futures";
import { expect, test } from "vitest";

type Callback<T> = (error: unknown, value?: T) => void;
const error = new RangeError("by zero");

test("a callback without an error gives the future its value", async () => {
  expect(await fromCallback<number>((callback) => setImmediate(() => callback(null, 1)))).toBe(1);
  expect(await fromCallback<void>((callback) => setImmediate(() => callback(undefined)))).toBeUndefined();
});

test("a callback with an error fails the future", async () => {
  await expect(fromCallback((callback) => setImmediate(() => callback(error, 1)))).rejects.toBe(error);
});

test("a callback at once is fine", () => {
  expect(fromCallback<number>((callback) => callback(null, 1)).result()).toBe(1);
});

test("what the function throws fails the future", async () => {
  const fails = (thrown: unknown) =>
    fromCallback(() => {
      throw thrown;
    });
  await expect(fails(error)).rejects.toBe(error);
  await expect(fails(undefined)).rejects.toThrow("threw undefined");
});

test("calls after the first, and after a cancellation, are ignored", async () => {
  let callback: Callback<number> = () => {};
  const start = (given: Callback<number>) => {
    callback = given;
  };
  const first = fromCallback<number>(start);
  callback(null, 1);
  callback(null, 2);
  callback(error);
  expect(await first).toBe(1);
  const cancelled = fromCallback<number>(start);
  cancelled.cancel();
  callback(null, 3);
  expect(cancelled.cancelled()).toBe(true);
});

test("works with the functions of Node", async () => {
  const stats = await fromCallback<{ isFile(): boolean }>((callback) => stat(import.meta.filename, callback));
  expect(stats.isFile()).toBe(true);
  await expect(fromCallback((callback) => stat("/no/such/file", callback))).rejects.toMatchObject({ code: "ENOENT" });
});

test("what is no function is refused", () => {
  expect(() => fromCallback(Promise.resolve() as never)).toThrow(
    new TypeError("a function was expected by fromCallback(), got a promise"),
  );
});
