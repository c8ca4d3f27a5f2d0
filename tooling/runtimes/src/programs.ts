// Programs that end their process, or wait for what comes from outside: scripts of programs/, each run in a process of
// its own, on the runtime that runs the case.
import { spawn } from "node:child_process";
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
  /** Sends it a signal. */
  kill(signal: NodeJS.Signals): void;
  isRunning(): boolean;
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
  let running = true;
  child.once("exit", () => {
    running = false;
  });
  // Not child.kill(): Deno takes a child that it was called on for killed, whatever code that exits with.
  return { kill: (signal) => process.kill(child.pid!, signal), isRunning: () => running, ready, ended };
}

/** Runs programs/`name`.js to its end. */
export function runProgram(name: string, ...words: string[]): Promise<Ended> {
  return startProgram(name, ...words).ended;
}
