// How values and exceptions are written in a trace.
import { className } from "./errors.ts";
import { ExceptionGroup, InvalidStateError, isFuture, RuntimeError, Task } from "./library.ts";

/** The slot in which a future that is no task was first stored. */
export type Labels = ReadonlyMap<unknown, string>;

export function formatValue(value: unknown, labels: Labels): string {
  if (value instanceof Error) return formatError(value, labels);
  if (value instanceof Task) return JSON.stringify(value.getName());
  if (isFuture(value)) return formatFuture(value, labels);
  if (Array.isArray(value) || value instanceof Set) {
    return `[${Array.from(value, (item) => formatValue(item, labels)).join(",")}]`;
  }
  return JSON.stringify(value ?? null);
}

function formatFuture(future: unknown, labels: Labels): string {
  const label = labels.get(future);
  if (label === undefined) throw new Error("a future that was never in a slot cannot be written");
  return JSON.stringify(label);
}

function formatError(error: Error, labels: Labels): string {
  const name = className(error);
  if (error instanceof ExceptionGroup) {
    return `${name}(${JSON.stringify(error.message)},${formatValue(error.errors, labels)})`;
  }
  const message = messageOf(error);
  return `${name}(${message === "" ? "" : JSON.stringify(message)})`;
}

/** The message without what Python's has of `repr`s. */
function messageOf(error: Error): string {
  if (error instanceof InvalidStateError) return "";
  if (error instanceof RuntimeError) {
    return error.message
      .replace(/^TaskGroup <.*> (?=has|is|cannot)/, "TaskGroup ")
      .replace(/^(Task cannot await on itself).*/, "$1");
  }
  return error.message;
}
