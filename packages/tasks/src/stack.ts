import type { Call } from "@tsyncio/contract";

/** A coroutine on a task's stack, and where it stands, as far as that is known. */
export interface StackFrame {
  name: string;
  file: string | null;
  line: number | null;
}

/** The frames of `calls` (the innermost first), the outermost first. A frame stands where it made the coroutine that it waits for. */
export function stackOf(calls: Iterable<Call>): StackFrame[] {
  const frames: StackFrame[] = [];
  let callee: Call | null = null;
  for (const call of calls) {
    const place = /^(.*):(\d+):\d+$/.exec(callee?.source ?? "");
    frames.push({ name: call.name, file: place?.[1] ?? null, line: place === null ? null : Number(place[2]) });
    callee = call;
  }
  return frames.reverse();
}
