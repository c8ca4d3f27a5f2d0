import { runtimes } from "../../src/contenders.ts";
import type { Suite } from "../../src/suite.ts";
import { inEverySyntax } from "../../src/variants.ts";

export const cancel: Suite = {
  name: "cancel",
  about: "sleeping tasks cancelled and joined; natively an AbortController each",
  cases: [
    {
      name: "100k sleeping tasks",
      unit: "ns per task",
      meter: "busy",
      program: "sleepers",
      n: 100_000,
      fewer: { native: 20_000, effection: 10_000 },
      ours: inEverySyntax,
      peers: runtimes,
    },
  ],
};
