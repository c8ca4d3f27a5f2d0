import type { CoroutineGenerator } from "@tsyncio/contract";
import type { SubprocessStreamProtocol } from "./stream-protocol.js";

/** What came of `stdout` and `stderr`; `null` of what is no pipe. */
export type Output = [stdout: Buffer | null, stderr: Buffer | null];

/**
 * Collects the outputs up to their ends, and waits for the end of the process. The pipes fill their lists while this waits, so that neither holds up the
 * other. When it is cancelled they have what they collected back.
 */
export function* collectOutput(
  { stdout, stderr, complete }: SubprocessStreamProtocol,
  limit: number,
  overrun: (name: string) => void,
): CoroutineGenerator<Output> {
  stdout?.collect(limit, () => overrun("stdout"));
  stderr?.collect(limit, () => overrun("stderr"));
  let isMine = false;
  try {
    yield* complete.wait();
    isMine = true;
  } finally {
    if (!isMine) {
      stdout?.giveBack();
      stderr?.giveBack();
    }
  }
  return [stdout?.collected() ?? null, stderr?.collected() ?? null];
}
