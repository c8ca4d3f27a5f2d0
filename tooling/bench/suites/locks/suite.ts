import { locksAndQueues, type PeerName, runtimes } from "../../src/contenders.ts";
import type { Suite } from "../../src/suite.ts";
import { withAndWithoutTasks } from "../../src/variants.ts";

const all: readonly PeerName[] = [...runtimes, ...locksAndQueues];
const peers = all.filter((name) => name !== "effection");

export const locks: Suite = {
  name: "locks",
  about: "locks and semaphores acquired and released; natively a list of waiting promises",
  cases: [
    {
      name: "a free lock",
      unit: "ns per acquire and release",
      meter: "busy",
      program: "free",
      n: 100_000,
      ours: withAndWithoutTasks,
      peers,
    },
    {
      name: "a lock for 100 workers",
      unit: "ns per acquire and release",
      meter: "busy",
      program: "contended",
      n: 100_000,
      ours: withAndWithoutTasks,
      peers,
    },
    {
      name: "a semaphore of 10 for 100 workers",
      unit: "ns per acquire and release",
      meter: "busy",
      program: "semaphore",
      n: 100_000,
      ours: withAndWithoutTasks,
      peers: peers.filter((name) => name !== "uvloop"),
    },
  ],
};
