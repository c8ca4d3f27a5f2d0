import { runtimes } from "../../src/contenders.ts";
import type { Suite } from "../../src/suite.ts";
import { inEverySyntax } from "../../src/variants.ts";

export const handoff: Suite = {
  name: "handoff",
  about: "two tasks that wake each other, with a new future each time",
  cases: [
    {
      name: "back and forth",
      unit: "ns per hand-off",
      meter: "busy",
      program: "backAndForth",
      n: 100_000,
      ours: inEverySyntax,
      peers: runtimes,
    },
  ],
};
