/** Coroutines that an error came through, beyond those that its own stack names. */
const chains = new WeakMap<object, string[]>();

/**
 * Notes that `error` leaves the coroutine `name`. A frame that threw is on the error's own stack; those above it are not, because a
 * task keeps a stack of its own, nor is one that an error came into from a wait (`passed`).
 */
export function traceOf(error: unknown, name: string, passed: boolean): void {
  if (!(error instanceof Error)) return;
  const chain = chains.get(error);
  if (chain === undefined) chains.set(error, passed ? [name] : []);
  else chain.push(name);
}

/** Adds what {@link traceOf} noted to the stack of `error`, in the form of V8's own async frames. */
export function writeTrace(error: unknown, taskName: string): void {
  if (!(error instanceof Error) || !Object.isExtensible(error)) return;
  const chain = chains.get(error);
  if (chain === undefined) return;
  chains.delete(error);
  if (chain.length === 0) return;
  const lines = chain.map((name) => `    at async ${name} (${taskName})`);
  try {
    error.stack = `${error.stack ?? error}\n${lines.join("\n")}`;
  } catch {
    // A frozen or read-only stack stays as it is: the trace is a help, not a duty.
  }
}
