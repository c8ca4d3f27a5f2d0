import type { Python } from "./python.ts";

/** Those that run whole programs; ways to read a socket without a package; packages that are locks, queues, pools or clusters, or run processes. */
export const runtimes = ["native", "effect", "effection", "asyncio", "uvloop"] as const;
export const locksAndQueues = ["async-sema", "async-mutex", "fastq", "p-limit", "p-queue"] as const;
const pools = ["piscina", "worker_threads", "tinypool"] as const;
const clusters = ["bullmq", "bullmq, threads"] as const;
const launchers = ["execa", "nano-spawn", "tinyexec"] as const;

export const peerNames = [...runtimes, "for await", ...locksAndQueues, ...pools, ...clusters, ...launchers] as const;
export type PeerName = (typeof peerNames)[number];

export const syntaxes = ["generator", "async", "async, exact: false", "async, in no task"] as const;
export type Syntax = (typeof syntaxes)[number];

/** Who takes part: where its programs are and what runs them. */
export interface Contender {
  readonly interpreter: "node" | "python" | "python with uvloop";
  /** The file in each suite's folder. */
  readonly file: string;
  /** The driver in `child/` that starts a program of it. */
  readonly driver: string;
}

export const peers: Readonly<Record<PeerName, Contender>> = {
  native: { interpreter: "node", file: "native.ts", driver: "native" },
  effect: { interpreter: "node", file: "effect.ts", driver: "effect" },
  effection: { interpreter: "node", file: "effection.ts", driver: "effection" },
  asyncio: { interpreter: "python", file: "asyncio.py", driver: "asyncio" },
  uvloop: { interpreter: "python with uvloop", file: "asyncio.py", driver: "uvloop" },
  "for await": { interpreter: "node", file: "for-await.ts", driver: "native" },
  "async-sema": { interpreter: "node", file: "async-sema.ts", driver: "native" },
  "async-mutex": { interpreter: "node", file: "async-mutex.ts", driver: "native" },
  fastq: { interpreter: "node", file: "fastq.ts", driver: "native" },
  "p-limit": { interpreter: "node", file: "p-limit.ts", driver: "native" },
  piscina: { interpreter: "node", file: "piscina.ts", driver: "native" },
  worker_threads: { interpreter: "node", file: "worker-threads.ts", driver: "native" },
  tinypool: { interpreter: "node", file: "tinypool.ts", driver: "native" },
  "p-queue": { interpreter: "node", file: "p-queue.ts", driver: "native" },
  bullmq: { interpreter: "node", file: "bullmq.ts", driver: "native" },
  "bullmq, threads": { interpreter: "node", file: "bullmq-threads.ts", driver: "native" },
  execa: { interpreter: "node", file: "execa.ts", driver: "native" },
  "nano-spawn": { interpreter: "node", file: "nano-spawn.ts", driver: "native" },
  tinyexec: { interpreter: "node", file: "tinyexec.ts", driver: "native" },
};

export const tsyncio: Readonly<Record<Syntax, Contender>> = {
  generator: { interpreter: "node", file: "tsyncio-generator.ts", driver: "tsyncio-generator" },
  async: { interpreter: "node", file: "tsyncio-async.ts", driver: "tsyncio-async" },
  "async, exact: false": { interpreter: "node", file: "tsyncio-async.ts", driver: "tsyncio-async-inexact" },
  "async, in no task": { interpreter: "node", file: "tsyncio-async.ts", driver: "native" },
};

/** Whether this machine has what the peer runs on. */
export function isPresent(name: PeerName, python: Python | null): boolean {
  const { interpreter } = peers[name];
  if (interpreter === "node") return true;
  return interpreter === "python" ? python !== null : python?.uvloop != null;
}
