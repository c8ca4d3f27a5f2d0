import { describe, type OptionNames, ValueError } from "@tsyncio/contract";
import type { Stderr, Stdin, Stdout } from "./stdio.js";

/** How a process is started. */
export interface SpawnOptions {
  /** Left out: that of this program; with a protocol: a pipe. */
  stdin?: Stdin | undefined;
  /** Left out: that of this program; with a protocol: a pipe. */
  stdout?: Stdout | undefined;
  /** Left out: that of this program; with a protocol: a pipe. */
  stderr?: Stderr | undefined;
  /** The folder that it runs in. Left out: that of this program. */
  cwd?: string | null | undefined;
  /** Its environment. Left out: that of this program. */
  env?: Readonly<Record<string, string | undefined>> | null | undefined;
  /** Gives it a session and a process group of its own, and no terminal: Ctrl-C does not reach it (Python's `start_new_session`). */
  startNewSession?: boolean | undefined;
  /** The host's name for {@link startNewSession}. */
  detached?: boolean | undefined;
  /** The user that it runs as. */
  uid?: number | undefined;
  /** The group that it runs as. */
  gid?: number | undefined;
  /** File descriptors of this program that it inherits, under the same numbers (Python's `pass_fds`). */
  passFds?: readonly number[] | undefined;
}

export const SPAWN_OPTIONS: OptionNames<SpawnOptions> = {
  stdin: true,
  stdout: true,
  stderr: true,
  cwd: true,
  env: true,
  startNewSession: true,
  detached: true,
  uid: true,
  gid: true,
  passFds: true,
};

/** How a {@link Process} is made. */
export interface SubprocessOptions extends SpawnOptions {
  /** The limit of the readers of `stdout` and `stderr`, in bytes, see `StreamReader`. Default 64 KiB. */
  limit?: number | undefined;
}

export const SUBPROCESS_OPTIONS: OptionNames<SubprocessOptions> = { ...SPAWN_OPTIONS, limit: true };

/** What is run. */
export interface Command {
  /** The program, or the text that a shell gets. */
  readonly program: string;
  readonly args: readonly string[];
  readonly shell: boolean;
}

/** The command of `program` and `args`. Refuses what can't be one. */
export function programCommand(program: string, args: readonly string[]): Command {
  checkText("program", program);
  if (program === "") throw new ValueError("program must not be empty");
  if (!Array.isArray(args)) {
    const hint = typeof args === "object" && args !== null ? ": options come after it" : "";
    throw new TypeError(`args must be an array of strings, got ${describe(args)}${hint}`);
  }
  for (const [i, arg] of args.entries()) checkText(`args[${i}]`, arg);
  return { program, args: [...args], shell: false };
}

/** The command that a shell runs. Refuses what can't be one. */
export function shellCommand(command: string): Command {
  checkText("command", command);
  return { program: command, args: [], shell: true };
}

/** Refuses what is wrong with `options`, but for the three streams. */
export function checkOptions(options: SpawnOptions): void {
  const { cwd, env, uid, gid, passFds } = options;
  if (cwd != null) checkText("cwd", cwd);
  if (env != null) checkEnvironment(env);
  checkId("uid", uid);
  checkId("gid", gid);
  if (passFds === undefined) return;
  if (!Array.isArray(passFds)) throw new TypeError(`passFds must be an array of numbers, got ${describe(passFds)}`);
  for (const fd of passFds) {
    if (Number.isInteger(fd) && fd >= 0) continue;
    throw new ValueError(`passFds must hold file descriptors, got ${describe(fd)}`);
  }
}

function checkEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  if (typeof env !== "object") throw new TypeError(`env must be an object, got ${describe(env)}`);
  for (const [name, value] of Object.entries(env)) {
    if (name === "" || name.includes("=")) {
      throw new ValueError(`illegal environment variable name: ${describe(name)}`);
    }
    checkText("a name of env", name);
    if (value !== undefined) checkText(`env.${name}`, value);
  }
}

function checkId(name: string, id: number | undefined): void {
  if (id === undefined || (Number.isInteger(id) && id >= 0)) return;
  throw new TypeError(`${name} must be the number of a user or group, got ${describe(id)}`);
}

function checkText(name: string, value: unknown): void {
  if (typeof value !== "string") throw new TypeError(`${name} must be a string, got ${describe(value)}`);
  if (value.includes("\0")) throw new ValueError(`embedded null byte: ${name} is ${describe(value)}`);
}
