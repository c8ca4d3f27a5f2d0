import { describe, expect, it } from "vitest";
import { mean, median, ratio } from "../src/statistics.ts";

describe("median", () => {
  it.each([
    { values: [7], middle: 7 },
    { values: [9, 1, 5], middle: 5 },
    { values: [10, 1, 2, 4], middle: 3 },
    { values: [100, 9, 20, 1000, 3], middle: 20 },
  ])("of $values is $middle", ({ values, middle }) => {
    expect(median(values)).toBe(middle);
  });

  it("leaves the values in their order", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it("refuses to name the middle of nothing", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

it("the mean counts every value", () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(() => mean([])).toThrow(RangeError);
});

it("a ratio below 1 is better than the other", () => {
  expect(ratio(50, 100)).toBe(0.5);
});
