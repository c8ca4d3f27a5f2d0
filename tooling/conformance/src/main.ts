import { check, type Result } from "./check.ts";
import { indented } from "./compile/indented.ts";
import { compileProgram } from "./compile/program.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import type { Program } from "./program.ts";
import { readPrograms } from "./read-programs.ts";
import { count, report } from "./report.ts";
import { showProgram, showTraces } from "./side-by-side.ts";
import { UsageError } from "./usage-error.ts";

async function checkAll(programs: readonly Program[], { syntaxes, strict }: Options): Promise<Result[]> {
  const results: Result[] = [];
  for (const program of programs) {
    for (const syntax of syntaxes) results.push(await check(program, syntax, strict));
  }
  return results;
}

function selectProgram(programs: readonly Program[], id: string): Program {
  const program = programs.find((candidate) => candidate.id === id);
  if (program === undefined) throw new UsageError(`no program has the id ${id}`);
  return program;
}

function showOne(program: Program, results: readonly Result[], options: Options): string {
  const source = (result: Result) => (options.source ? [indented(compileProgram(program, result.syntax))] : []);
  return [showProgram(program), ...results.flatMap((result) => [...source(result), showTraces(result)])].join("\n\n");
}

/** A coroutine that a program never starts is as it should be, so the library's warnings are of no interest here. */
function hideWarnings(): void {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name !== "TsyncioWarning") console.error(warning);
  });
}

/** Resolves to the exit code. */
async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  hideWarnings();
  const all = options.files.flatMap(readPrograms);
  if (options.id === undefined) {
    const results = await checkAll(all, options);
    console.log(report(results, options.syntaxes));
    return count(results, "different") > 0 ? 1 : 0;
  }
  const program = selectProgram(all, options.id);
  const results = await checkAll([program], options);
  console.log(showOne(program, results, options));
  return count(results, "different") > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`conformance: ${error.message}`);
  process.exitCode = 2;
}
