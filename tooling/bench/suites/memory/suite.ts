import { runtimes } from "../../src/contenders.ts";
import type { Suite } from "../../src/suite.ts";
import { inBothSyntaxes } from "../../src/variants.ts";

export const memory: Suite = {
  name: "memory",
  about: "memory that the process holds for each task",
  cases: [
    {
      name: "100k sleeping tasks",
      unit: "resident bytes per task",
      meter: "resident",
      program: "sleeping",
      n: 100_000,
      fewer: { effection: 20_000 },
      ours: inBothSyntaxes,
      peers: runtimes,
      once: true,
    },
    {
      name: "100k tasks waiting for a future each",
      unit: "resident bytes per task",
      meter: "resident",
      program: "waiting",
      n: 100_000,
      fewer: { effection: 20_000 },
      ours: inBothSyntaxes,
      peers: runtimes,
      once: true,
    },
  ],
};
