import { describe as describeValue } from "@tsyncio/contract";
import { expect, test } from "vitest";

class Point {}
const nameless = class {};
Object.defineProperty(nameless, "name", { value: 5 });

test.for([
  ["text", '"text"'],
  ['a "quoted" one', '"a \\"quoted\\" one"'],
  ["x".repeat(100), `"${"x".repeat(57)}..."`],
  [5, "5"],
  [Number.NaN, "NaN"],
  [7n, "7n"],
  [true, "true"],
  [null, "null"],
  [undefined, "undefined"],
  [Symbol("mark"), "Symbol(mark)"],
  [function start() {}, "function start"],
  [Point, "function Point"],
  [(() => () => {})(), "a function"],
  [Promise.resolve(), "a promise"],
  [[1, 2, 3], "an array of 3"],
  [new RangeError("too big"), "RangeError: too big"],
  [new Error(), "Error"],
  [new Point(), "an object of Point"],
  [new Map(), "an object of Map"],
  [{}, "an object"],
  [Object.create(null), "an object"],
  [new nameless(), "an object"],
] as [unknown, string][])("%o is described as %s", ([value, text]) => {
  expect(describeValue(value)).toBe(text);
});
