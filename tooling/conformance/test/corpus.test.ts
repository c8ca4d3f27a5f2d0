// The traces of every program that these packages cover, in both syntaxes.
import { describe, expect, test } from "vitest";
import { check, type Result } from "../src/check.ts";
import type { Syntax } from "../src/compile/context.ts";
import { unknownNames } from "../src/operations/index.ts";
import type { Program } from "../src/program.ts";
import { controlFlowPrograms, corpus, SYNTAXES } from "./fixtures/programs.ts";

const programs = [...corpus(), ...controlFlowPrograms()];
const families = [...new Set(programs.map(({ family }) => family))];

async function run(selected: readonly Program[], syntax: Syntax): Promise<Result[]> {
  const results: Result[] = [];
  for (const program of selected) results.push(await check(program, syntax, false));
  return results;
}

function describeDifference({ program, difference, got }: Result) {
  const i = difference ?? 0;
  return { id: program.id, line: i + 1, expected: program.trace[i], got: got[i] };
}

describe.each(SYNTAXES)("%s syntax leaves CPython's traces", (syntax) => {
  test.each(families)("%s", async (family) => {
    const results = await run(
      programs.filter((program) => program.family === family),
      syntax,
    );
    expect(results.filter(({ verdict }) => verdict === "different").map(describeDifference)).toEqual([]);
  });
});

test("no program is skipped", () => {
  const unknown = new Set(programs.flatMap((program) => [...unknownNames(program)]));
  expect([...unknown]).toEqual([]);
});
