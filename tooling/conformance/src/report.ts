// What is printed after a run: the differences, a table, and what was skipped.
import type { Result, Verdict } from "./check.ts";
import type { Syntax } from "./compile/context.ts";

/** In the order of the table's columns. */
const VERDICTS: readonly Verdict[] = ["equal", "different", "excepted", "skipped"];

/** Differences that are shown; the rest is counted. */
const SHOWN = 20;

export function count(results: readonly Result[], verdict: Verdict): number {
  return results.filter((result) => result.verdict === verdict).length;
}

export function report(results: readonly Result[], syntaxes: readonly Syntax[]): string {
  return [
    ...differences(results),
    ...table(results, syntaxes),
    ...skipped(results),
    ...syntaxes.map((syntax) => total(results, syntax)),
  ].join("\n");
}

function* differences(results: readonly Result[]): Generator<string> {
  const different = results.filter((result) => result.verdict === "different");
  for (const { program, syntax, difference, got } of different.slice(0, SHOWN)) {
    const i = difference ?? 0;
    yield `different: ${program.id}, ${syntax}, line ${i + 1}`;
    yield `  expected  ${program.trace[i] ?? "(the end)"}`;
    yield `  got       ${got[i] ?? "(the end)"}`;
  }
  if (different.length > SHOWN) yield `... and ${different.length - SHOWN} more`;
  if (different.length > 0) yield "";
}

function row([family, syntax, ...counts]: readonly [string, string, ...(string | number)[]]): string {
  return [family.padEnd(22), syntax.padEnd(9), ...counts.map((cell) => String(cell).padStart(9))].join(" ");
}

function* table(results: readonly Result[], syntaxes: readonly Syntax[]): Generator<string> {
  yield row(["family", "syntax", "run", ...VERDICTS]);
  for (const family of new Set(results.map(({ program }) => program.family))) {
    for (const syntax of syntaxes) {
      const own = results.filter((result) => result.program.family === family && result.syntax === syntax);
      const counts = VERDICTS.map((verdict) => count(own, verdict));
      yield row([family, syntax, own.length - count(own, "skipped"), ...counts]);
    }
  }
  yield "";
}

/** Names what the skipped programs use that no table of operations has. */
function* skipped(results: readonly Result[]): Generator<string> {
  const users = new Map<string, Set<string>>();
  const programs = new Set<string>();
  for (const { program, unknown = [] } of results) {
    for (const name of unknown) {
      users.set(name, (users.get(name) ?? new Set()).add(program.id));
      programs.add(program.id);
    }
  }
  if (programs.size === 0) return;
  const names = [...users].sort(([, a], [, b]) => b.size - a.size).map(([name, ids]) => `${name} (${ids.size})`);
  yield `skipped programs: ${programs.size}; not known here, and how many use it: ${names.join(", ")}`;
}

function total(results: readonly Result[], syntax: Syntax): string {
  const own = results.filter((result) => result.syntax === syntax);
  const line = `${syntax}: ${count(own, "equal")} of ${own.length - count(own, "skipped")} equal`;
  return syntax === "async" ? `${line}, ${count(own, "excepted")} excepted` : line;
}
