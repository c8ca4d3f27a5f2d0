import { CALL, isCall, isWaitable, NATIVE, SWITCH, WAIT } from "@tsyncio/contract";
import { expect, test } from "vitest";

test("the marks of what may be yielded are fixed: other versions and packages write them too", () => {
  expect({ WAIT, CALL, NATIVE, SWITCH }).toEqual({ WAIT: 1, CALL: 2, NATIVE: 3, SWITCH: 4 });
});

test("a waitable and a coroutine are known by their mark alone", () => {
  expect(isWaitable({ "@@tsyncio": WAIT })).toBe(true);
  expect(isWaitable(Object.create({ "@@tsyncio": WAIT }))).toBe(true);
  expect(isCall({ "@@tsyncio": CALL })).toBe(true);
  expect(isWaitable({ "@@tsyncio": CALL })).toBe(false);
  expect(isCall({ "@@tsyncio": WAIT })).toBe(false);
  for (const value of [null, undefined, 1, "WAIT", () => {}, {}, Promise.resolve()]) {
    expect(isWaitable(value)).toBe(false);
    expect(isCall(value)).toBe(false);
  }
});
