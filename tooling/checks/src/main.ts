// Runs the checks, or those named: node tooling/checks/src/main.ts [name...]
import { styleText } from "node:util";
import { api } from "./api.ts";
import { arrows } from "./arrows.ts";
import type { Check } from "./check.ts";
import { house } from "./house.ts";
import { lint } from "./lint.ts";
import { published } from "./published.ts";
import { readmes } from "./readmes.ts";
import { sideEffects } from "./side-effects.ts";
import { types } from "./types.ts";

const checks: readonly Check[] = [lint, types, arrows, house, sideEffects, published, readmes, api];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`no such check: ${unknown.join(", ")}; there are ${checks.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

let passed = 0;
let failed = 0;
for (const { name, run } of checks) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const start = performance.now();
  const problems = await run();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (problems.length === 0) {
    passed++;
    console.log(`${styleText("green", "ok")}    ${name} (${seconds} s)`);
  } else {
    failed++;
    console.log(`${styleText("red", "fail")}  ${name} (${seconds} s)`);
    for (const problem of problems) console.log(problem.replaceAll(/^/gm, "      "));
  }
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed > 0 ? 1 : 0;
