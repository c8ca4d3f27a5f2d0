import { runtimes } from "../../src/contenders.ts";
import type { Suite } from "../../src/suite.ts";
import { inEverySyntax } from "../../src/variants.ts";

export const spawn: Suite = {
  name: "spawn",
  about: "tasks that end at once, started and joined",
  cases: [
    {
      name: "100k tasks",
      unit: "ns per task",
      meter: "busy",
      program: "join",
      n: 100_000,
      fewer: { effection: 10_000 },
      ours: inEverySyntax,
      peers: runtimes,
    },
  ],
};
