// One program: its bodies, and the two traces beside each other.
import type { Result } from "./check.ts";
import type { Program } from "./program.ts";

export function showProgram(program: Program): string {
  const { id, family, eager, objects, bodies } = program;
  const head = `${id} (${family})${eager ? ", every task starts eagerly" : ""}`;
  const declared = Object.keys(objects ?? {}).length > 0 ? [`objects ${JSON.stringify(objects)}`] : [];
  const lists = bodies.flatMap((body, b) => body.map((operation, i) => `${b}:${i} ${JSON.stringify(operation)}`));
  return [head, ...declared, ...lists].join("\n");
}

/** The first line that differs is marked with `!`. */
export function showTraces({ program, syntax, verdict, got, difference, rule, unknown }: Result): string {
  const title = `${syntax}: ${verdict}`;
  if (unknown !== undefined) return `${title}, for it uses ${[...unknown].join(", ")}`;
  const expected = program.trace;
  const width = Math.max("expected".length, ...expected.map((line) => line.length));
  const rows = [`  ${"expected".padEnd(width)} | got`];
  for (let i = 0; i < Math.max(expected.length, got.length); i++) {
    rows.push(`${i === difference ? "!" : " "} ${(expected[i] ?? "").padEnd(width)} | ${got[i] ?? ""}`);
  }
  return [rule === undefined ? title : `${title}. ${rule.reason}`, ...rows].join("\n");
}
