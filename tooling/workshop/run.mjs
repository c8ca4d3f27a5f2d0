// Runs a program of the workspace.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

// node_modules/.bin holds Node 24 as `node`. It is looked up anew for each program: on a fresh clone it is not there
// when the first script starts (a shell would have remembered the machine's Node by then).
const bin = join(root, "node_modules", ".bin");
const machine = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.startsWith(root));
// What `npm run --silent` silences is npm: whoever inherits the setting would fail without a word.
const { npm_config_loglevel: _, ...inherited } = process.env;
const paths = { workspace: [bin, ...machine].join(delimiter), machine: machine.join(delimiter) };

/**
 * Runs `program`, in the workspace's root if not told otherwise, and resolves to its exit code (128 + the number of
 * the signal, if one ended it). With `quiet` the program's output is shown on stderr, and only if it fails. `from` says
 * whose programs come first.
 * @param {string} program
 * @param {string[]} args
 * @param {{ quiet?: boolean, from?: keyof typeof paths, cwd?: string }} [options]
 * @returns {Promise<number>}
 */
export function run(program, args, { quiet = false, from = "workspace", cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...inherited, PATH: paths[from], TURBO_TELEMETRY_DISABLED: "1" },
      stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit",
    });
    /** @type {Buffer[]} */
    const output = [];
    child.stdout?.on("data", (chunk) => output.push(chunk));
    child.stderr?.on("data", (chunk) => output.push(chunk));

    // Ctrl-C in a terminal reaches the child by itself; this process waits for what the child makes of it.
    const ignore = () => {};
    const pass = () => child.kill("SIGTERM");
    process.on("SIGINT", ignore).on("SIGTERM", pass);

    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("SIGINT", ignore).off("SIGTERM", pass);
      const status = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
      if (status !== 0) process.stderr.write(Buffer.concat(output));
      resolve(status);
    });
  });
}
