// Programs that end their process, or wait for what comes from outside: scripts of programs/, each run in a process of
// its own, on the runtime that runs the case.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { denoArguments } from "./runtimes.js";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The lines of its stdout. */
  readonly lines: readonly string[];
  readonly stderr: string;
}

export interface RunningProgram {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Its first line on stdout. */
  readonly ready: Promise<string>;
  readonly ended: Promise<Ended>;
}

/** Starts programs/`name`.js. One that does not end by itself within 20 s is killed. */
export function startProgram(name: string, ...words: string[]): RunningProgram {
  const script = fileURLToPath(new URL(`programs/${name}.js`, import.meta.url));
  const args = "Deno" in globalThis ? denoArguments : [];
  const child = spawn(process.execPath, [...args, script, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  const ready = new Promise<string>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      stdout += part;
      const [first, ...more] = stdout.split("\n");
      if (first !== undefined && more.length > 0) resolve(first);
    });
    child.once("close", () => resolve(stdout));
  });
  const stderr = text(child.stderr);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", async (code, signal) => {
      resolve({ code, signal, lines: stdout.split("\n").filter((line) => line !== ""), stderr: await stderr });
    });
  });
  return { child, ready, ended };
}

/** Runs programs/`name`.js to its end. */
export function runProgram(name: string, ...words: string[]): Promise<Ended> {
  return startProgram(name, ...words).ended;
}
