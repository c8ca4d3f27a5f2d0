import { peerNames } from "./contenders.ts";
import type { Row } from "./rows.ts";
import { ratio } from "./statistics.ts";

/** The rows as text, a table for each suite: tsyncio's median, then each peer's with how many times as much ours is. */
export function tableOf(rows: readonly Row[]): string {
  const suites = Map.groupBy(rows, (row) => row.suite);
  return [...suites].map(([suite, its]) => suiteTable(suite, its)).join("\n\n");
}

function suiteTable(suite: string, rows: readonly Row[]): string {
  const columns = peerNames.filter((name) => rows.some((row) => name in row.peers));
  return align([
    [suite, "", "tsyncio", ...columns],
    ...rows.map((row) => [
      row.case,
      row.unit,
      row.tsyncio === null ? "failed" : amount(row.tsyncio),
      ...columns.map((name) => peerCell(row.tsyncio, row.peers[name])),
    ]),
  ]);
}

function peerCell(ours: number | null, theirs: number | undefined): string {
  if (theirs === undefined) return "";
  return ours === null ? amount(theirs) : `${amount(theirs)} (${times(ratio(ours, theirs))})`;
}

/** Three digits that count, no more. */
export function amount(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-US");
}

export function times(value: number): string {
  return `×${value.toFixed(2)}`;
}

/** Pads every column to its widest cell: names to the left, numbers to the right. */
function align(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const pad = (cell: string, column: number): string =>
    column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return lines.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}
