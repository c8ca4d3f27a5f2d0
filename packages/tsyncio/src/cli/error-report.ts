import { inspect } from "node:util";
import { withoutOurFrames } from "@tsyncio/loop";

/**
 * An error as a text for the console: name, message, where it came through; below it the errors of a group, as a tree, and the
 * causes.
 * @param folder - what is cut off the front of paths
 */
export function formatError(error: unknown, folder: string): string {
  return lines(error, folder, new Set()).join("\n");
}

function lines(error: unknown, folder: string, above: Set<unknown>): string[] {
  if (!(error instanceof Error)) return `${inspect(error)} was thrown, which is no Error`.split("\n");
  if (above.has(error)) return [`${title(error)} (see above)`];
  const path = new Set(above).add(error);
  const parts = partsOf(error);
  return [
    ...`${title(error)}${count(parts)}${details(error)}`.split("\n"),
    ...frames(error, folder).map((frame) => `    ${frame}`),
    ...parts.flatMap((part, i) => branch(lines(part, folder, path), i === parts.length - 1)),
    ...causeOf(error, parts, folder, path),
  ];
}

/** The errors inside of a group. */
function partsOf(error: Error): readonly unknown[] {
  const { errors } = error as Partial<AggregateError>;
  return Array.isArray(errors) ? errors : [];
}

function title({ name, message }: Error): string {
  return message === "" ? name : `${name}: ${message}`;
}

function count(parts: readonly unknown[]): string {
  return parts.length === 0 ? "" : ` (${parts.length} ${parts.length === 1 ? "error" : "errors"})`;
}

/** What else the error says, such as `code`. */
function details(error: Error): string {
  const told = ["name", "message", "stack", "cause", "errors"];
  const entries = Object.entries(error).filter(([key, value]) => !told.includes(key) && value !== undefined);
  return entries.length === 0 ? "" : ` ${inspect(Object.fromEntries(entries), { depth: 1, breakLength: Infinity })}`;
}

function frames(error: Error, folder: string): string[] {
  const stack = typeof error.stack === "string" ? withoutOurFrames(error.stack) : "";
  return stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim().replace("file://", "").replace(`${folder}/`, ""));
}

function branch(block: readonly string[], last: boolean): string[] {
  return block.map((line, i) => `${i === 0 ? (last ? "└── " : "├── ") : last ? "    " : "│   "}${line}`);
}

function causeOf(error: Error, parts: readonly unknown[], folder: string, path: Set<unknown>): string[] {
  const { cause } = error;
  // The only error of a group is its cause too, and has been told.
  if (cause === undefined || cause === null || parts.includes(cause)) return [];
  const [first = "", ...rest] = lines(cause, folder, path);
  return [`caused by ${first}`, ...rest];
}
