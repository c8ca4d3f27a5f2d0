import type { CoroutineGenerator } from "@tsyncio/contract";
import type { SubprocessStreamProtocol } from "./stream-protocol.js";

/** What came of `stdout` and `stderr`; `null` of what is no pipe. */
export type Output = [stdout: Buffer | null, stderr: Buffer | null];

/**
 * Collects the outputs up to their ends, and waits for the end of the process. The pipes fill their lists while this waits, so that neither holds up the
 * other. When it is cancelled they have what they collected back.
 */
export function* collectOutput(
  { outputs, complete }: SubprocessStreamProtocol,
  limit: number,
  overrun: (name: string) => void,
): CoroutineGenerator<Output> {
  for (const [fd, pipe] of outputs) pipe.collect(limit, () => overrun(fd === 1 ? "stdout" : "stderr"));
  let isMine = false;
  try {
    yield* complete.wait();
    isMine = true;
  } finally {
    if (!isMine) for (const pipe of outputs.values()) pipe.giveBack();
  }
  return [outputs.get(1)?.collected() ?? null, outputs.get(2)?.collected() ?? null];
}
