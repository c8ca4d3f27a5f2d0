import { BrokenBarrierError, CancelledError, ExceptionGroup, InvalidStateError, RuntimeError } from "@tsyncio/contract";
import { expect, test } from "vitest";
import { makeError, matches } from "../src/errors.ts";
import { formatValue } from "../src/values.ts";

const format = (value: unknown) => formatValue(value, new Map());
const errA = makeError(["ErrA", "a"]);
const baseErr = makeError(["BaseErr", null]);

test.each([
  [null, "null"],
  [undefined, "null"],
  [true, "true"],
  [7, "7"],
  ['say "x"', '"say \\"x\\""'],
  [[1, [null, "b"]], '[1,[null,"b"]]'],
  [new Set([1, 2]), "[1,2]"],
  [errA, 'ErrA("a")'],
  [baseErr, "BaseErr()"],
  [new CancelledError("why"), 'CancelledError("why")'],
  [new CancelledError(), "CancelledError()"],
  [new InvalidStateError("Result is not set."), "InvalidStateError()"],
  [new BrokenBarrierError("Barrier aborted"), 'BrokenBarrierError("Barrier aborted")'],
  [new TypeError("t"), 'TypeError("t")'],
  [makeError(["BaseException", "b"]), 'BaseException("b")'],
  [new RuntimeError("TaskGroup <TaskGroup tasks=1> is shutting down"), 'RuntimeError("TaskGroup is shutting down")'],
  [new RuntimeError("Task cannot await on itself: <Task>"), 'RuntimeError("Task cannot await on itself")'],
])("%o is written as Python's", (value, text) => {
  expect(format(value)).toBe(text);
});

test("a group is an ExceptionGroup when all that it holds are Exceptions", () => {
  const inner = new ExceptionGroup("inner", [errA]);
  expect(format(new ExceptionGroup("g", [inner, errA]))).toBe(
    'ExceptionGroup("g",[ExceptionGroup("inner",[ErrA("a")]),ErrA("a")])',
  );
  expect(format(new ExceptionGroup("g", [inner, baseErr]))).toBe(
    'BaseExceptionGroup("g",[ExceptionGroup("inner",[ErrA("a")]),BaseErr()])',
  );
});

test("a handler catches what Python's class catches", () => {
  const group = new ExceptionGroup("g", [errA]);
  const baseGroup = new ExceptionGroup("g", [new CancelledError()]);
  const caughtBy = (error: unknown) =>
    ["BaseException", "Exception", "RuntimeError", "CancelledError", "BaseExceptionGroup", "ExceptionGroup"].filter(
      (name) => matches(error, [name]),
    );
  expect(caughtBy(errA)).toEqual(["BaseException", "Exception"]);
  expect(caughtBy(baseErr)).toEqual(["BaseException"]);
  expect(caughtBy(new CancelledError())).toEqual(["BaseException", "CancelledError"]);
  expect(caughtBy(new BrokenBarrierError())).toEqual(["BaseException", "Exception", "RuntimeError"]);
  expect(caughtBy(group)).toEqual(["BaseException", "Exception", "BaseExceptionGroup", "ExceptionGroup"]);
  expect(caughtBy(baseGroup)).toEqual(["BaseException", "BaseExceptionGroup"]);
});
