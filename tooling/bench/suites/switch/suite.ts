import { runtimes } from "../../src/contenders.ts";
import type { Suite } from "../../src/suite.ts";
import { inEverySyntax } from "../../src/variants.ts";

export const switches: Suite = {
  name: "switch",
  about: "giving the others a turn and getting the next one; natively `await null`",
  cases: [
    {
      name: "sleep(0) in 1,000 tasks",
      unit: "ns per switch",
      meter: "busy",
      program: "tasks",
      n: 200_000,
      ours: [{ label: "generator, bare yield", syntax: "generator", program: "tasksBare" }, ...inEverySyntax],
      peers: runtimes,
    },
    {
      name: "sleep(0) in one task",
      unit: "ns per switch",
      meter: "busy",
      program: "alone",
      n: 200_000,
      ours: inEverySyntax,
      peers: runtimes,
    },
  ],
};
