import type { PeerName } from "../../src/contenders.ts";
import type { Case, Suite } from "../../src/suite.ts";
import { withAndWithoutTasks } from "../../src/variants.ts";

const peers: readonly PeerName[] = ["native", "effect", "asyncio", "fastq", "p-queue"];

function handOver(name: string, program: string): Case {
  return { name, unit: "ns per item", meter: "busy", program, n: 100_000, ours: withAndWithoutTasks, peers };
}

export const queues: Suite = {
  name: "queues",
  about: "items handed from producers to consumers; natively a list of items, and one of waiting promises",
  cases: [
    { ...handOver("put and got by one", "alone"), peers: ["native", "effect", "asyncio"] },
    handOver("from one to one", "oneToOne"),
    handOver("from one to one, 10 at most", "oneToOneBounded"),
    handOver("from ten to ten", "manyToMany"),
    handOver("from ten to ten, 10 at most", "manyToManyBounded"),
  ],
};
