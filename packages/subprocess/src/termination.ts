import type { CoroutineGenerator, LoopContract } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import type { ProcessGroup } from "./process-group.js";
import type { SubprocessTransport } from "./subprocess-transport.js";

/** After how many seconds it is looked whether what a process left behind has ended: nobody tells us. Each look is twice as long after the one before. */
const FIRST_LOOK = 0.005;
const LONGEST_PAUSE = 0.1;

/**
 * Ends a process and its group: SIGTERM, and SIGKILL when `grace` seconds of real time are over, or at once when this is cancelled meanwhile. Waits until all
 * of it is gone, in any case; throws the cancellation then.
 */
export function* terminate(
  transport: SubprocessTransport,
  group: ProcessGroup,
  grace: number | null,
): CoroutineGenerator<void> {
  if (!group.isAlive()) return;
  const { loop } = transport;
  // One that is stopped would not hear it.
  group.signal("SIGTERM");
  group.signal("SIGCONT");
  const stopTimer = grace === null ? null : loop.host.afterRealTime(grace, () => group.signal("SIGKILL"), true);
  let next = FIRST_LOOK;
  let cancellation: { error: unknown } | null = null;
  try {
    while (group.isAlive()) {
      try {
        if (transport.getReturncode() === null) yield* transport.wait();
        else {
          yield* pause(loop, next);
          next = Math.min(2 * next, LONGEST_PAUSE);
        }
      } catch (error) {
        cancellation = { error };
        group.signal("SIGKILL");
      }
    }
  } finally {
    stopTimer?.();
    // Closed from outside: nobody waits any more.
    group.signal("SIGKILL");
  }
  if (cancellation !== null) throw cancellation.error;
}

function* pause(loop: LoopContract, seconds: number): CoroutineGenerator<void> {
  const over = new Future<void>({ loop });
  const stop = loop.host.afterRealTime(seconds, () => over.done() || over.setResult(), true);
  try {
    yield* over;
  } finally {
    stop();
  }
}
