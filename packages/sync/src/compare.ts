import { describe } from "@tsyncio/contract";

/**
 * Compares as Python does: numbers with numbers, strings with strings by their characters, arrays item by item, the shorter first.
 * @throws `TypeError` for anything else
 */
export function compareAsPython(a: unknown, b: unknown): number {
  if (isNumeric(a) && isNumeric(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === "string" && typeof b === "string") return compareStrings(a, b);
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  throw new TypeError(
    `a PriorityQueue can't tell which of ${describe(a)} and ${describe(b)} comes first: give it { key } or { compare }`,
  );
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) {
    if (a[i] === b[i]) continue;
    const order = compareAsPython(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** By code points, as Python does; JavaScript's `<` compares UTF-16 units, of which surrogates come before the last of the others. */
function compareStrings(a: string, b: string): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    if (isSurrogate(x) === isSurrogate(y)) return x - y;
    return isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
