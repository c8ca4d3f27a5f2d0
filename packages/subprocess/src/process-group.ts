import { host, isPosix } from "./host.js";
import type { SubprocessTransport } from "./subprocess-transport.js";

/**
 * A process and what it started, as far as that stayed in its process group. Without a group of its own, and where the host has none, the process
 * alone.
 *
 * The system gives the number of a group to nobody else while the group has members: a process of that number, when the leader is gone, is
 * a stranger, and the group has ended.
 */
export class ProcessGroup {
  readonly #transport: SubprocessTransport;
  readonly isWhole: boolean;

  /** @param isLeader - whether the process has a group of its own */
  constructor(transport: SubprocessTransport, isLeader: boolean) {
    this.#transport = transport;
    this.isWhole = isLeader && isPosix();
  }

  /** Whether any of it runs. */
  isAlive(): boolean {
    if (this.#leads()) return true;
    const pid = this.#transport.getPid();
    return this.isWhole && exists(-pid) && !exists(pid) && !isAllZombies(pid);
  }

  /** Sends a signal to all of it that runs, and may be sent one. */
  signal(signal: NodeJS.Signals): void {
    if (!this.isAlive()) return;
    const pid = this.#transport.getPid();
    try {
      process.kill(this.isWhole ? -pid : pid, signal);
    } catch {
      // All of it has ended since, or runs as someone else.
    }
  }

  #leads(): boolean {
    return this.#transport.getReturncode() === null;
  }
}

/** Whether there is such a process, or, of a negative number, group. */
function exists(pid: number): boolean {
  // Most often it does not, and the stack of the host's error would be most of the cost.
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Whether the members of the group have all ended, and only nobody asked how: in a container without an init they stay so for ever. */
function isAllZombies(group: number): boolean {
  if (process.platform !== "linux") return false;
  const { readdirSync, readFileSync } = host("node:fs");
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    let stat: string;
    try {
      stat = readFileSync(`/proc/${name}/stat`, "latin1");
    } catch {
      continue;
    }
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(pgrp) === group && state !== "Z" && state !== "X") return false;
  }
  return true;
}
