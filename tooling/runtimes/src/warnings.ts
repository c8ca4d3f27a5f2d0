/** The messages of the process warnings that are given while `run` runs. They are not printed. */
export async function warningsOf(run: () => Promise<unknown>): Promise<string[]> {
  const warnings: string[] = [];
  const printers = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => warnings.push(warning.message));
  try {
    await run();
    // Warnings come in a tick of their own.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.removeAllListeners("warning");
    for (const printer of printers) process.on("warning", printer);
  }
  return warnings;
}
