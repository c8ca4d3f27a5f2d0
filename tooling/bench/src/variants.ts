import { type Syntax, syntaxes } from "./contenders.ts";
import type { Variant } from "./suite.ts";

export const inEverySyntax: readonly Variant[] = of(...syntaxes);

/** For what the order of a turn makes no difference to. */
export const inBothSyntaxes: readonly Variant[] = of("generator", "async");

function of(...chosen: Syntax[]): Variant[] {
  return chosen.map((syntax) => ({ label: syntax, syntax }));
}
