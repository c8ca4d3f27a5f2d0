import type { ExceptionContext } from "@tsyncio/contract";

/** The lines that the default exception handler writes, in asyncio's form: the message, then a line per detail. */
export function formatExceptionContext(context: ExceptionContext): string {
  const lines = [context.message];
  for (const key of ["future", "task", "handle"] as const) {
    if (context[key] !== undefined) lines.push(`${key}: ${context[key]}`);
  }
  if (context.source !== undefined) lines.push(`created at ${context.source}`);
  return lines.join("\n");
}
