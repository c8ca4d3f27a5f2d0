import type { PeerName } from "../../src/contenders.ts";
import type { Suite, Variant } from "../../src/suite.ts";

const peers: readonly PeerName[] = ["native", "asyncio", "uvloop", "execa", "nano-spawn", "tinyexec"];

/** `createSubprocessExec`, and `runProcess` with its scope. */
const ours = (program: string): readonly Variant[] => [
  { label: "generator", syntax: "generator" },
  { label: "async", syntax: "async" },
  { label: "runProcess", syntax: "async", program: `${program}Scoped` },
];

export const processes: Suite = {
  name: "processes",
  about: "programs run to their ends, with their output; natively child_process",
  cases: [
    { name: "/bin/true, one by one", unit: "ns per program", meter: "elapsed", program: "oneByOne", n: 100 },
    { name: "/bin/true, eight at a time", unit: "ns per program", meter: "elapsed", program: "eightAtATime", n: 160 },
    { name: "1 MiB through cat", unit: "ns per MiB", meter: "elapsed", program: "throughCat", n: 10 },
    { name: "100 MiB through cat", unit: "ns per MiB", meter: "elapsed", program: "muchThroughCat", n: 100 },
    { name: "100,000 lines of yes", unit: "ns per line", meter: "elapsed", program: "lines", n: 100_000 },
  ].map((one) => ({ ...one, meter: "elapsed" as const, ours: ours(one.program), peers })),
};
