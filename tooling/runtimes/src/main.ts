// Runs the cases on the runtimes:
//
//   npm run test:runtimes -- [runtime...] [part of a case's name...]
import { availableParallelism } from "node:os";
import { caseFiles, casesOf } from "./all-cases.js";
import { problemsOf } from "./batch.js";
import { type Runtime, runtimes } from "./runtimes.js";

const words = process.argv.slice(2);
const parts = words.filter((word) => !runtimes.some(({ name }) => name === word));
const chosen = runtimes.filter(({ name }) =>
  words.length === parts.length ? name !== "node24" : words.includes(name),
);

interface Batch {
  readonly runtime: Runtime;
  readonly file: string;
  readonly names: readonly string[];
}

const total = { passed: 0, failed: 0, skipped: 0 };
const held = new Map(chosen.map(({ name }) => [name, 0]));
const batches: Batch[] = [];

for (const file of await caseFiles()) {
  for (const runtime of chosen) {
    const names: string[] = [];
    for (const [name, { skip }] of await casesOf(file)) {
      if (parts.length > 0 && !parts.some((part) => name.includes(part))) continue;
      const reason = skip?.[runtime.name];
      if (reason === undefined) names.push(name);
      else {
        total.skipped++;
        console.log(`skipped on ${runtime.name}: ${name} (${reason})`);
      }
    }
    if (names.length > 0) batches.push({ runtime, file, names });
  }
}

async function work(): Promise<void> {
  for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
    const { runtime, file, names } = batch;
    const problems = await problemsOf(runtime, file, names);
    total.passed += names.length - problems.size;
    total.failed += problems.size;
    held.set(runtime.name, (held.get(runtime.name) ?? 0) + names.length - problems.size);
    for (const [name, problem] of problems) {
      console.log(`failed on ${runtime.name}: ${name}\n${problem.replaceAll(/^/gm, "    ")}`);
    }
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
for (const [name, count] of held) console.log(`${name}: ${count} hold`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
