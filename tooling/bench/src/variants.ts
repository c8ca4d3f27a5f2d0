import type { Syntax } from "./contenders.ts";
import type { Variant } from "./suite.ts";

export const inEverySyntax: readonly Variant[] = of("generator", "async", "async, exact: false");

/** For what the order of a turn makes no difference to. */
export const inBothSyntaxes: readonly Variant[] = of("generator", "async");

/** For what plain async code uses, too. */
export const withAndWithoutTasks: readonly Variant[] = of("generator", "async, in no task", "async");

function of(...chosen: Syntax[]): Variant[] {
  return chosen.map((syntax) => ({ label: syntax, syntax }));
}
