import { type Delay, parseDelay, ValueError } from "@tsyncio/contract";
import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";

test("a number is seconds, as it is", () => {
  for (const seconds of [0, 1, 0.25, -3, 1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    expect(parseDelay(seconds)).toBe(seconds);
  }
});

test.for<[Delay, number]>([
  ["250ms", 0.25],
  ["100ms", 0.1],
  ["1ms", 0.001],
  ["1.5s", 1.5],
  ["0s", 0],
  ["-2s", -2],
  ["2m", 120],
  ["0.5m", 30],
  ["1h", 3600],
  ["720h", 2592000],
  [".5s", 0.5],
  ["5.s", 5],
  ["+5s", 5],
  ["5 s", 5],
  [" 5s", 5],
  ["1e3ms", 1],
  ["1e-3s", 0.001],
  ["0x10s", 16],
])("%s is %d seconds", ([delay, seconds]) => {
  expect(parseDelay(delay)).toBe(seconds);
});

test("milliseconds are exactly the number of seconds that one would write", () => {
  fc.assert(fc.property(fc.nat(10_000_000), (ms) => parseDelay(`${ms}ms`) === Number(`${ms}e-3`)));
});

describe("what is no delay is refused, with its name and value", () => {
  const message = (text: string) => `Invalid delay: ${text} (write a number and a unit: "250ms", "1.5s", "2m", "1h")`;

  test.for([
    "",
    "5",
    "ms",
    " s",
    "1e400s",
    "5s ",
    "5S",
    "5sec",
    "5s5s",
    "--5s",
    "1,5s",
    "NaNs",
    "Infinitys",
    "5d",
    "5s\n",
  ])("%j", (text) => {
    expect(() => parseDelay(text as Delay)).toThrow(new ValueError(message(JSON.stringify(text))));
  });

  test("a long text is cut short in the message", () => {
    expect(() => parseDelay("x".repeat(1000) as Delay)).toThrow(/^Invalid delay: "x{57}\.\.\." /);
  });

  test("NaN", () => {
    expect(() => parseDelay(Number.NaN)).toThrow(new ValueError("Invalid delay: NaN (not a number)"));
    expect(() => parseDelay(Number.NaN, "timeout")).toThrow(new ValueError("Invalid timeout: NaN (not a number)"));
  });

  test.for([
    [null, "null"],
    [undefined, "undefined"],
    [true, "true"],
    [5n, "5n"],
    [{}, "an object"],
    [[5], "an array of 1"],
    [new Date(0), "an object of Date"],
    [Promise.resolve(5), "a promise"],
    [() => 5, "a function"],
    [Symbol("s"), "Symbol(s)"],
  ] as [unknown, string][])("%o is of the wrong type", ([value, text]) => {
    const expected = `timeout must be a number of seconds or a string such as "250ms", got ${text}`;
    expect(() => parseDelay(value as Delay, "timeout")).toThrow(new TypeError(expected));
  });
});

test("the type knows the units", () => {
  expectTypeOf<"250ms">().toExtend<Delay>();
  expectTypeOf<"1.5h">().toExtend<Delay>();
  expectTypeOf<"250">().not.toExtend<Delay>();
  expectTypeOf<"5d">().not.toExtend<Delay>();
  expectTypeOf<null>().not.toExtend<Delay>();
});
