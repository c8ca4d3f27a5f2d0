import { runtimes } from "../../src/contenders.ts";
import type { Suite } from "../../src/suite.ts";
import { inEverySyntax } from "../../src/variants.ts";

export const depth: Suite = {
  name: "depth",
  about: "coroutines that call coroutines, ten deep",
  cases: [
    {
      name: "call and return",
      unit: "ns per call of all ten",
      meter: "busy",
      program: "call",
      n: 20_000,
      ours: inEverySyntax,
      peers: runtimes,
    },
    {
      name: "sleep(0) at the bottom",
      unit: "ns per switch",
      meter: "busy",
      program: "turns",
      n: 100_000,
      ours: inEverySyntax,
      peers: runtimes,
    },
  ],
};
