// One program in one syntax: does it leave the expected trace?
import type { Syntax } from "./compile/context.ts";
import { type ExceptionRule, ruleFor } from "./exceptions.ts";
import { unknownNames } from "./operations/index.ts";
import type { Program } from "./program.ts";
import { runProgram } from "./run-program.ts";

export type Verdict = "equal" | "different" | "excepted" | "skipped";

export interface Result {
  readonly program: Program;
  readonly syntax: Syntax;
  readonly verdict: Verdict;
  readonly got: readonly string[];
  /** The index of the first line that differs, where one does. */
  readonly difference: number | null;
  /** The rule that lets the difference pass. */
  readonly rule?: ExceptionRule;
  /** What keeps the program from being run: operations and types of objects. */
  readonly unknown?: ReadonlySet<string>;
}

/** Runs the program, unless something in it is unknown. `strict`: no rule excuses a difference. */
export async function check(program: Program, syntax: Syntax, strict: boolean): Promise<Result> {
  const unknown = unknownNames(program);
  if (unknown.size > 0) return { program, syntax, verdict: "skipped", got: [], difference: null, unknown };
  const got = await traceOf(program, syntax);
  const difference = firstDifference(program.trace, got);
  if (difference === null) return { program, syntax, verdict: "equal", got, difference };
  const rule = strict ? undefined : ruleFor(program, syntax);
  return rule === undefined
    ? { program, syntax, verdict: "different", got, difference }
    : { program, syntax, verdict: "excepted", got, difference, rule };
}

/** What goes wrong outside of the program's own errors is a difference too. */
async function traceOf(program: Program, syntax: Syntax): Promise<readonly string[]> {
  try {
    return await runProgram(program, syntax);
  } catch (error) {
    return [`the run failed: ${error instanceof Error ? error.stack : error}`];
  }
}

function firstDifference(expected: readonly string[], got: readonly string[]): number | null {
  const length = Math.max(expected.length, got.length);
  for (let i = 0; i < length; i++) if (expected[i] !== got[i]) return i;
  return null;
}
