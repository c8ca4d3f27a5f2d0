import type { ChildProcess } from "node:child_process";
import { host, isPosix } from "./host.js";
import type { SpawnOptions } from "./options.js";
import type { HostStdio } from "./stdio.js";

/** What the host's `spawn` calls when it has checked and copied its arguments. */
type Spawn = (this: ChildProcess, options: object) => unknown;

/**
 * The host's `spawn`; on a POSIX system without the detour by which a process inherits our environment: `spawn` reads all of `process.env`, variable by
 * variable, and hands it back to the system, which has it already. That is a tenth of what a start takes.
 *
 * All must have been checked: below `spawn` nobody looks for NUL bytes.
 * @param shell - the host's shell runs `file`
 */
export function launch(
  file: string,
  args: readonly string[],
  stdio: readonly HostStdio[],
  { cwd, env, uid, gid, startNewSession, detached }: SpawnOptions,
  shell: boolean,
): ChildProcess {
  const { ChildProcess, spawn } = host("node:child_process");
  const options = {
    // The host writes into these.
    stdio: [...stdio],
    cwd: cwd ?? undefined,
    uid,
    gid,
    detached: startNewSession === true || detached === true,
    windowsHide: true,
  };
  const bare = (ChildProcess.prototype as unknown as { spawn?: Spawn }).spawn;
  if (shell || env != null || bare === undefined || !isEnvironmentOfSystem()) {
    return spawn(file, args, { ...options, env: env ?? undefined, shell } as object);
  }
  const child = new ChildProcess();
  bare.call(child, { file, args: [file, ...args], ...options });
  return child;
}

/** Whether `process.env` is what the system takes a process to have: in a worker thread it is a copy, and a program can put an object of its own there. */
function isEnvironmentOfSystem(): boolean {
  return process.env === systemEnvironment();
}

let environment: NodeJS.ProcessEnv | null | undefined;

function systemEnvironment(): NodeJS.ProcessEnv | null {
  if (environment === undefined) {
    const isNode = process.versions.bun === undefined && !("Deno" in globalThis);
    const known = isNode && isPosix() && isHosts(process.env) && host("node:worker_threads").isMainThread;
    environment = known ? process.env : null;
  }
  return environment;
}

/** Whether the host made the object: then it has a prototype of its own. */
function isHosts(env: object): boolean {
  return Object.getPrototypeOf(env) !== Object.prototype && !host("node:util").types.isProxy(env);
}
