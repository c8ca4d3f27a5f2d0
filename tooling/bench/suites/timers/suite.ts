import { runtimes } from "../../src/contenders.ts";
import type { Suite } from "../../src/suite.ts";
import { inBothSyntaxes, inEverySyntax } from "../../src/variants.ts";

export const timers: Suite = {
  name: "timers",
  about: "sleeping tasks started, woken and joined; callbacks set and cleared",
  cases: [
    {
      name: "100k sleeping tasks",
      unit: "ns per task",
      meter: "busy",
      program: "sleepers",
      n: 100_000,
      fewer: { effection: 10_000 },
      ours: inEverySyntax,
      peers: runtimes,
    },
    {
      name: "1M sleeping tasks",
      unit: "ns per task",
      meter: "busy",
      program: "sleepers",
      n: 1_000_000,
      ours: inBothSyntaxes,
      peers: ["native", "asyncio"],
      once: true,
    },
    {
      name: "100k callbacks, set and cleared",
      unit: "ns per timer",
      meter: "busy",
      program: "callbacks",
      n: 100_000,
      ours: [{ label: "callback", syntax: "async" }],
      peers: ["native", "asyncio", "uvloop"],
    },
  ],
};
