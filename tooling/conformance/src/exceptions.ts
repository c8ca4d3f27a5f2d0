// Where a trace may differ from CPython's, and why. A rule looks at the program and the expected trace, never at an id.
import type { Syntax } from "./compile/context.ts";
import type { Program } from "./program.ts";

export interface ExceptionRule {
  readonly syntax: Syntax;
  /** Why the traces cannot be equal. */
  readonly reason: string;
  readonly applies: (program: Program) => boolean;
}

export const EXCEPTION_RULES: readonly ExceptionRule[] = [
  {
    syntax: "async",
    reason:
      "The program starts a task eagerly. An async function gives control back at its first await, even of something " +
      "that is done, so it runs less far at once than a coroutine of Python.",
    applies: startsEagerly,
  },
];

export function ruleFor(program: Program, syntax: Syntax): ExceptionRule | undefined {
  return EXCEPTION_RULES.find((rule) => rule.syntax === syntax && rule.applies(program));
}

function startsEagerly(program: Program): boolean {
  return program.eager === true || program.trace.some((line) => line.split(" ")[3] === "spawnEager");
}
