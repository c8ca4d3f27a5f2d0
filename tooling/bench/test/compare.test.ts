import { expect, it } from "vitest";
import { losses } from "../src/compare.ts";
import type { Row } from "../src/rows.ts";

const row = (tsyncio: number | null, peers: Row["peers"], name = "one (generator)"): Row => ({
  suite: "switch",
  case: name,
  unit: "ns",
  tsyncio,
  peers,
});

it("names a ratio that is more than 15% worse than recorded", () => {
  expect(losses([row(100, { native: 100 })], [row(116, { native: 100 })])).toEqual([
    { suite: "switch", case: "one (generator)", peer: "native", was: 1, is: 1.16 },
  ]);
});

it("lets noise and gains pass", () => {
  const recorded = [row(100, { native: 100, effect: 1000 })];
  expect(losses(recorded, [row(114, { native: 100, effect: 5000 })])).toEqual([]);
});

it("looks at ratios: a machine that is slower for all is no loss", () => {
  expect(losses([row(100, { native: 100 })], [row(300, { native: 300 })])).toEqual([]);
});

it("looks at what both have: peers, cases, values", () => {
  const recorded = [row(100, { native: 100 }), row(null, { native: 100 }, "failed then")];
  const measured = [
    row(100, { effect: 1 }),
    row(900, { native: 100 }, "failed then"),
    row(900, { native: 100 }, "new"),
    row(null, { native: 100 }),
  ];
  expect(losses(recorded, measured)).toEqual([]);
});
