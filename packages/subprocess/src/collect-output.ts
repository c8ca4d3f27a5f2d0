import type { CoroutineGenerator } from "@tsyncio/contract";
import type { OutputPipe } from "./output-pipe.js";
import type { SubprocessTransport } from "./subprocess-transport.js";

/** What came of `stdout` and `stderr`; `null` of what is no pipe. */
export type Output = [stdout: Buffer | null, stderr: Buffer | null];

/**
 * Collects `outputs` up to their ends, and waits for the end of the process. The pipes fill their lists while this waits, so that neither holds up the
 * other. When it is cancelled they have what they collected back.
 */
export function* collectOutput(
  transport: SubprocessTransport,
  outputs: ReadonlyMap<number, OutputPipe>,
  limit: number,
  overrun: (name: string) => void,
): CoroutineGenerator<Output> {
  const pipes = [...outputs.values()];
  for (const [fd, pipe] of outputs) pipe.collect(limit, () => overrun(fd === 1 ? "stdout" : "stderr"));
  let complete = false;
  try {
    for (const pipe of pipes) yield* pipe.waitForEnd();
    yield* transport.wait();
    complete = true;
  } finally {
    if (!complete) for (const pipe of pipes) pipe.giveBack();
  }
  return [outputs.get(1)?.collected() ?? null, outputs.get(2)?.collected() ?? null];
}
