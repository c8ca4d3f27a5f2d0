// The steps of CI one after the other, each with what it counted and how long it took; what a step wrote is shown
// when it fails. The last line is the sum. Needs nothing installed.
import { spawn } from "node:child_process";
import { root } from "./run.mjs";

const steps = ["test", "test:long", "test:runtimes", "check", "start"];

/**
 * Runs one script of the workspace. It counts as its last line says, or as one where it does not say.
 * @param {string} script
 */
async function step(script) {
  const { code, output } = await npm(script);
  const counts = /(\d+) passed, (\d+) failed, (\d+) skipped\s*$/.exec(output)?.slice(1).map(Number);
  const [passed = 0, failed = 0, skipped = 0] = counts ?? (code === 0 ? [1, 0, 0] : [0, 1, 0]);
  return { passed, failed: code === 0 ? failed : Math.max(failed, 1), skipped, output };
}

/**
 * @param {string} script
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function npm(script) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NO_COLOR: "1" };
    const child = spawn("npm", ["run", "--silent", script], {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

const total = { passed: 0, failed: 0, skipped: 0 };
for (const script of steps) {
  const start = performance.now();
  const { passed, failed, skipped, output } = await step(script);
  const seconds = Math.round((performance.now() - start) / 1000);
  if (failed > 0) console.log(output.trimEnd());
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`;
  console.log(`${failed > 0 ? "fail" : "ok  "}  npm run ${script} (${seconds} s): ${counts}`);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
