import { deserialize, serialize } from "node:v8";

/** Under this key stands, as base64, what JSON can't say. */
const BYTES = "tsyncio:bytes";

/**
 * A value as it lies in Redis: as itself where JSON says all of it, so that people and dashboards can read it, and as the bytes of a
 * structured clone otherwise (`undefined`, dates, maps, binary data, what refers to itself).
 */
export function encode(value: unknown): unknown {
  return saysAll(value, new Set(), 0) ? value : { [BYTES]: serialize(value).toString("base64") };
}

/** The same, as it is now: what becomes of the value later does not matter. */
export function encodeCopy(value: unknown): unknown {
  const encoded = encode(value);
  return encoded === value ? structuredClone(value) : encoded;
}

export function decode(encoded: unknown): unknown {
  const bytes = (encoded as { readonly [BYTES]?: unknown } | null | undefined)?.[BYTES];
  return typeof bytes === "string" ? deserialize(Buffer.from(bytes, "base64")) : encoded;
}

const DEPTH = 100;

/** @param seen - objects that came before: JSON would make two of what is one */
function saysAll(value: unknown, seen: Set<object>, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (seen.has(value) || depth > DEPTH) return false;
  seen.add(value);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      // A hole is not `undefined`, and JSON has neither.
      if (!(i in value && saysAll(value[i], seen, depth + 1))) return false;
    }
    return Object.keys(value).length === value.length;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype || BYTES in value) return false;
  return Object.values(value).every((item) => saysAll(item, seen, depth + 1));
}
