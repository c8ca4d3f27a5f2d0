import type { ChildProcess, SpawnOptions } from "node:child_process";
import { host, isPosix } from "./host.js";

/** What the host's `spawn` calls when it has checked and copied its arguments. */
type Spawn = (this: ChildProcess, options: SpawnOptions & { file: string; args: readonly string[] }) => unknown;

/**
 * The host's `spawn`, for a POSIX system without the detour by which it inherits our environment: it reads all of `process.env`, variable by variable,
 * and hands it back to the system, which has it already. That is a tenth of what a start takes.
 *
 * `options` must have been checked: below `spawn` nobody looks for NUL bytes.
 */
export function launch(file: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const { ChildProcess, spawn } = host("node:child_process");
  const bare = (ChildProcess.prototype as unknown as { spawn?: Spawn }).spawn;
  if (options.env !== undefined || bare === undefined || !isEnvironmentOfSystem()) return spawn(file, args, options);
  const child = new ChildProcess();
  bare.call(child, { ...options, file, args: [file, ...args] });
  return child;
}

/** Whether `process.env` is what the system takes a process to have: in a worker thread it is a copy, and a program can put an object of its own there. */
function isEnvironmentOfSystem(): boolean {
  if (!isPosix() || process.versions.bun !== undefined || "Deno" in globalThis) return false;
  return process.env === systemEnvironment();
}

let environment: NodeJS.ProcessEnv | null | undefined;

function systemEnvironment(): NodeJS.ProcessEnv | null {
  if (environment !== undefined) return environment;
  const { env } = process;
  // The object that the host makes has a prototype of its own.
  const isHosts = Object.getPrototypeOf(env) !== Object.prototype && !host("node:util").types.isProxy(env);
  environment = isHosts && host("node:worker_threads").isMainThread ? env : null;
  return environment;
}
