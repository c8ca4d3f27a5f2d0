import { spawn } from "node:child_process";
import { root } from "./workspace.ts";

/** Runs a program to its end. `output` is what it wrote to stdout and stderr together, `stdout` the former alone. */
export function command(
  program: string,
  args: readonly string[],
  { cwd = root }: { cwd?: string } = {},
): Promise<{ ok: boolean; output: string; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ ok: code === 0, output: output.trim(), stdout }));
  });
}
