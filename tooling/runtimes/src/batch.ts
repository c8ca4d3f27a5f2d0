// Cases in processes of their own: those of a file share one as long as all goes well.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Runtime } from "./runtimes.js";

const script = fileURLToPath(new URL("run-cases.js", import.meta.url));

/** How long one case may take, in milliseconds. */
const PATIENCE = 60_000;

/** What went wrong with each of the cases `names` of `file`, for those that did not hold. */
export async function problemsOf(
  runtime: Runtime,
  file: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const problems = new Map<string, string>();
  for (let left = names; left.length > 0; ) {
    const { held, problem } = await runBatch(runtime, file, left);
    if (problem === null) break;
    // A process that does not end well though all its cases held: it is the last one's doing, as far as can be said.
    const failed = Math.min(held, left.length - 1);
    problems.set(left[failed] as string, problem);
    left = left.slice(failed + 1);
  }
  return problems;
}

/** Runs cases in one process, until one fails. `held`: how many did not. */
function runBatch(
  { program, args }: Runtime,
  file: string,
  names: readonly string[],
): Promise<{ held: number; problem: string | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, script, file, ...names], { stdio: ["ignore", "pipe", "pipe"] });
    let held = 0;
    /** What was written since the last case that held. */
    let output = "";
    let late = false;
    const kill = () => {
      late = true;
      child.kill("SIGKILL");
    };
    let alarm = setTimeout(kill, PATIENCE);
    const read = (part: string) => {
      output += part;
      for (let mark = `held: ${names[held]}\n`; held < names.length && output.includes(mark); ) {
        output = output.slice(output.indexOf(mark) + mark.length);
        mark = `held: ${names[++held]}\n`;
        clearTimeout(alarm);
        alarm = setTimeout(kill, PATIENCE);
      }
    };
    child.stdout.setEncoding("utf8").on("data", read);
    child.stderr.setEncoding("utf8").on("data", read);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(alarm);
      if (code === 0 && held === names.length) resolve({ held, problem: null });
      else if (late) resolve({ held, problem: `no end within a minute\n${output}` });
      // A process that ends early, with nothing left to wait for, has not shown anything.
      else resolve({ held, problem: code === 0 ? `the process ended before the case did\n${output}` : output });
    });
  });
}
