import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const root = join(import.meta.dirname, "..");
const main = join(root, "dist/cli/main.js");

/** How a process ended, and what it wrote. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  /** Resolves once `text` is on stdout. */
  says(text: string): Promise<void>;
  /** Resolves once `text` is on stderr. */
  warns(text: string): Promise<void>;
  ended: Promise<Ended>;
}

/** Starts the command line as a process of its own. */
export function start(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Running {
  const { FORCE_COLOR, NODE_OPTIONS, ...inherited } = process.env;
  const env = { ...inherited, NO_COLOR: "1", TSYNCIO_DEBUG: "", ...options.env };
  const child = spawn(process.execPath, [main, ...args], { cwd: options.cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const written = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      written[stream] += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, ...written }));
  });
  const writes = (stream: "stdout" | "stderr", text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => written[stream].includes(text) && resolve();
      listeners.add(look);
      look();
      ended.then(({ stderr }) => reject(new Error(`it ended without saying ${text}: ${stderr}`)), reject);
    });
  return { child, says: (text) => writes("stdout", text), warns: (text) => writes("stderr", text), ended };
}

/** Runs the command line to its end. */
export function tsyncio(args: readonly string[], options?: Parameters<typeof start>[1]): Promise<Ended> {
  return start(args, options).ended;
}

/** An empty folder with the given files in it, in which `tsyncio` is installed. Removed when the test ends. */
export async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tsyncio-cli-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "node_modules"));
  await symlink(root, join(folder, "node_modules/tsyncio"));
  for (const [name, code] of Object.entries(files)) await writeFile(join(folder, name), code);
  return folder;
}
