// A program that never ends, in a tree of processes that ignore SIGTERM. A time limit ends all of them, and shows what was written.
import { ProcessTimeoutError, runProcess } from "tsyncio";

const stubborn = "trap '' TERM; echo working; sleep 60 & sleep 60";

export async function main() {
  try {
    await runProcess("sh", ["-c", stubborn], { timeout: "200ms", grace: "100ms" });
  } catch (error) {
    if (!(error instanceof ProcessTimeoutError)) throw error;
    console.log(`too slow. It wrote: ${error.stdout?.toString().trimEnd()}`);
  }
}
