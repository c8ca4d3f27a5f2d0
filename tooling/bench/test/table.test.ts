import { expect, it } from "vitest";
import { amount, tableOf } from "../src/table.ts";

it("prints a table for each suite, with the columns of the peers that took part", () => {
  const table = tableOf([
    {
      suite: "switch",
      case: "one (generator)",
      unit: "ns",
      tsyncio: 60,
      peers: { native: 40, asyncio: 1200.4 },
    },
    {
      suite: "switch",
      case: "one (async)",
      unit: "ns",
      tsyncio: null,
      peers: { native: 40, asyncio: 1200.4 },
    },
    {
      suite: "memory",
      case: "sleeping (generator)",
      unit: "bytes",
      tsyncio: 1099.6,
      peers: { effect: 2060 },
    },
  ]);
  expect(table).toBe(
    [
      "switch               tsyncio      native        asyncio",
      "one (generator)  ns       60  40 (×1.50)  1,200 (×0.05)",
      "one (async)      ns   failed          40          1,200",
      "",
      "memory                       tsyncio         effect",
      "sleeping (generator)  bytes    1,100  2,060 (×0.53)",
    ].join("\n"),
  );
});

it("leaves the cell of a peer without a value empty", () => {
  const table = tableOf([
    { suite: "s", case: "a", unit: "ns", tsyncio: 1, peers: { native: 2 } },
    { suite: "s", case: "b", unit: "ns", tsyncio: 1, peers: { effect: 4 } },
  ]);
  expect(table.split("\n").slice(1)).toEqual(["a  ns        1  2 (×0.50)", "b  ns        1             4 (×0.25)"]);
});

it.each([
  { value: 0.1234, text: "0.123" },
  { value: 41.27, text: "41.3" },
  { value: 999.9, text: "1,000" },
  { value: 123456, text: "123,000" },
])("prints $value as $text", ({ value, text }) => {
  expect(amount(value)).toBe(text);
});
