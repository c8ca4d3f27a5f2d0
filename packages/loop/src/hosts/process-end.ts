/**
 * Who wants to know that the process has nothing left to do (`beforeExit`), or ends (`exit`). One listener for each event in
 * the process, whatever the number of loops and of copies of this package.
 */
const KEY = Symbol.for("tsyncio.process-end.1");

/** Runs `fn`, once, before the process ends. Returns what takes that back. */
export function beforeEnd(fn: () => void): () => void {
  const waiting = listeners();
  // A wrapper: the same function given twice is two entries.
  const entry = () => fn();
  waiting.add(entry);
  return () => waiting.delete(entry);
}

function listeners(): Set<() => void> {
  const shared = globalThis as { [KEY]?: Set<() => void> };
  const existing = shared[KEY];
  if (existing !== undefined) return existing;
  const waiting = new Set<() => void>();
  shared[KEY] = waiting;
  const tell = () => {
    const now = [...waiting];
    waiting.clear();
    for (const fn of now) fn();
  };
  process.on("beforeExit", () => {
    if (waiting.size === 0) return;
    tell();
    // What was told may wait again, for nothing: one more round of the host, and it is told again.
    setImmediate(() => {});
  });
  process.on("exit", tell);
  return waiting;
}
