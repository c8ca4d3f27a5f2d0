import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Contender } from "./contenders.ts";
import type { Job } from "./job.ts";
import type { Python } from "./python.ts";

const exec = promisify(execFile);
const child = join(import.meta.dirname, "child");
const patience = 180_000;

/** Runs a job in a fresh process of its own, and gives what a unit of it came to. */
export async function runJob(job: Job, interpreter: Interpreter): Promise<number> {
  const { file, args } = interpreter;
  const { stdout } = await exec(file, [...args(job), JSON.stringify(job)], { timeout: patience }).catch(explain);
  const value: unknown = JSON.parse(stdout);
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Error(`measured ${stdout.trim()}`);
  return value;
}

export interface Interpreter {
  readonly file: string;
  args(job: Job): readonly string[];
}

// Memory is read with a young generation that stays small: at its usual size it grows by leaps that are not the tasks'.
const forMemory = ["--expose-gc", "--max-semi-space-size=1"];

export const node: Interpreter = {
  file: process.execPath,
  args: ({ meter }) => [...(meter === "resident" ? forMemory : []), join(child, "main.ts")],
};

/** What runs jobs on this machine; a job of a peer that is not present must not be run. */
export function interpreters(python: Python | null): Readonly<Record<Contender["interpreter"], Interpreter>> {
  const inPython = (file = ""): Interpreter => ({ file, args: () => [join(child, "main.py")] });
  return { node, python: inPython(python?.file), "python with uvloop": inPython(python?.uvloop?.file) };
}

interface Failure extends Error {
  readonly code?: number | string | null;
  readonly signal?: string | null;
  readonly killed?: boolean;
  readonly stderr?: string;
}

/** One line that says what is wrong, instead of the child's whole command line. */
function explain({ message, code, signal, killed, stderr = "" }: Failure): never {
  if (killed) throw new Error(`no result after ${patience / 1000} s`);
  if (signal) throw new Error(`ended by ${signal}`);
  if (typeof code !== "number") throw new Error(message);
  const lines = stderr.split("\n").map((line) => line.trim());
  const error = lines.findLast((line) => /^(\w+: )?\w*(Error|Exception)\b/.test(line));
  throw new Error(error ?? `ended with exit code ${code}`);
}
