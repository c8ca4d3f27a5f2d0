import { type ChildProcess, spawn } from "node:child_process";

/** How a program of its own ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Program {
  readonly process: ChildProcess;
  /** Resolves when its stdout holds `text`. */
  printed(text: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

export interface ProgramOptions {
  env?: NodeJS.ProcessEnv;
  /** Options of Node. */
  args?: string[];
}

/**
 * Starts `source`, an ES module in TypeScript, in a process of its own.
 * @param folder - where it finds its packages from: `import.meta.dirname` of the test
 */
export function startProgram(folder: string, source: string, options: ProgramOptions = {}): Program {
  const env = { ...process.env, NODE_OPTIONS: "", NODE_ENV: "", ...options.env };
  const args = [
    "--disable-warning=ExperimentalWarning",
    ...(options.args ?? []),
    "--input-type=module-typescript",
    "--eval",
    source,
  ];
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  let over = false;
  const watchers = new Set<() => void>();
  child.stdout.on("data", (data) => {
    stdout += data;
    for (const look of watchers) look();
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => {
      over = true;
      for (const look of watchers) look();
      resolve({ code, signal, stdout, stderr });
    });
  });
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!stdout.includes(text) && !over) return;
        watchers.delete(look);
        if (stdout.includes(text)) resolve();
        else reject(new Error(`it ended without printing ${JSON.stringify(text)}:\n${stdout}${stderr}`));
      };
      watchers.add(look);
      look();
    });
  return { process: child, printed, ended };
}

/** Runs `source` to its end. */
export function runProgram(...args: Parameters<typeof startProgram>): Promise<Ended> {
  return startProgram(...args).ended;
}
