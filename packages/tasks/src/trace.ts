import { withoutOurFrames } from "@tsyncio/loop";

/** Coroutines that an error came through, beyond those that its own stack names. */
const chains = new WeakMap<object, string[]>();

/**
 * Notes that `error` leaves the coroutine `name`. A frame that threw is on the error's own stack; those above it are not, because a
 * task keeps a stack of its own, nor is one that an error came into from a wait (`passed`).
 */
export function traceOf(error: unknown, name: string, passed: boolean): void {
  if (!(error instanceof Error) || error.name === "CancelledError") return;
  const chain = chains.get(error);
  if (chain === undefined) chains.set(error, passed ? [name] : []);
  else chain.push(name);
}

/** Makes the stack of `error` that of the user's code: what {@link traceOf} noted is added, in the form of V8's own async frames; our frames go. */
export function writeTrace(error: unknown, taskName: string): void {
  if (!(error instanceof Error) || !Object.isExtensible(error)) return;
  const chain = chains.get(error);
  if (chain === undefined) return;
  chains.delete(error);
  try {
    const lines = chain.map((name) => `    at async ${name} (${taskName})`);
    error.stack = [withoutOurFrames(error.stack ?? String(error)), ...lines].join("\n");
  } catch {
    // A frozen or read-only stack stays as it is: the trace is a help, not a duty.
  }
}
