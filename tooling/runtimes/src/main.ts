// Runs the cases on the runtimes, each case in a process of its own:
//
//   npm run test:runtimes -- [runtime...] [part of a case's name...]
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { allCases } from "./all-cases.js";
import type { Case } from "./case.js";
import { type Runtime, runtimes } from "./runtimes.js";

const execute = promisify(execFile);
const script = fileURLToPath(new URL("run-case.js", import.meta.url));

/** What went wrong, or nothing. */
async function problemOf(name: string, { program, args }: Runtime): Promise<string | undefined> {
  try {
    const { stdout } = await execute(program, [...args, script, name], {
      timeout: 60_000,
      killSignal: "SIGKILL",
    });
    // A process that ends early, with nothing left to wait for, has not shown anything.
    return stdout.endsWith("held\n") ? undefined : "the process ended before the case did";
  } catch (error) {
    const { stdout, stderr, killed } = error as { stdout: string; stderr: string; killed: boolean };
    return killed ? `no end within a minute\n${stdout}${stderr}` : `${stdout}${stderr}`;
  }
}

const words = process.argv.slice(2);
const parts = words.filter((word) => !runtimes.some(({ name }) => name === word));
const chosen = runtimes.filter(({ name }) => words.length === parts.length || words.includes(name));
const cases: [string, Case][] = Array.from(await allCases()).filter(
  ([name]) => parts.length === 0 || parts.some((part) => name.includes(part)),
);

const total = { passed: 0, failed: 0, skipped: 0 };
for (const runtime of chosen) {
  const before = { ...total };
  for (const [name, { skip }] of cases) {
    const reason = skip?.[runtime.name];
    const problem = reason === undefined ? await problemOf(name, runtime) : undefined;
    if (reason !== undefined) {
      total.skipped++;
      console.log(`skipped on ${runtime.name}: ${name} (${reason})`);
    } else if (problem === undefined) {
      total.passed++;
    } else {
      total.failed++;
      console.log(`failed on ${runtime.name}: ${name}\n${problem.replaceAll(/^/gm, "    ")}`);
    }
  }
  console.log(`${runtime.name}: ${total.passed - before.passed} of ${cases.length} hold`);
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
