import { isFatal, type LoopContract, registry } from "@tsyncio/contract";

/**
 * Runs a callback of the host as one of `loop`: `getRunningLoop()` answers in it, and there is no current task. Costs no turn of the loop.
 * @param failed - told of what it throws, but for `SystemExit` and `KeyboardInterrupt`, which end the run
 */
export function runInLoop(loop: LoopContract, callback: () => void, failed: (error: unknown) => void): void {
  const outer = registry.runningLoop;
  registry.runningLoop = loop;
  try {
    callback();
  } catch (error) {
    if (isFatal(error)) loop.abort(error);
    else failed(error);
  } finally {
    registry.runningLoop = outer;
  }
}
