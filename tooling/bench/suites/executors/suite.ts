import type { PeerName } from "../../src/contenders.ts";
import type { Case, Suite } from "../../src/suite.ts";

const threads: readonly PeerName[] = ["native", "piscina", "worker_threads", "asyncio"];
const processes: readonly PeerName[] = ["native", "tinypool", "asyncio"];

const inPool = (name: string, program: string, n: number, peers: readonly PeerName[]): Case => ({
  name,
  unit: "ns per job",
  meter: "elapsed",
  program,
  n,
  ours: [{ label: "async", syntax: "async" }],
  peers,
});

export const executors: Suite = {
  name: "executors",
  about: "jobs in pools of two workers",
  cases: [
    inPool("10k no-ops in threads", "noopsInThreads", 10_000, threads),
    inPool("500 hashes of 10 ms in threads", "hashesInThreads", 500, threads),
    inPool("10k no-ops in processes", "noopsInProcesses", 10_000, processes),
    inPool("500 hashes of 10 ms in processes", "hashesInProcesses", 500, processes),
  ],
};
