import { type Delay, type LoopContract, loopForNew, parseDelay } from "@tsyncio/contract";
import { warnOnce } from "./warn-once.js";

/**
 * The seconds of a delay that a user gave. Debug mode warns of plain numbers that look like milliseconds.
 * @param loop - whose debug mode counts; left out: that of the caller
 */
export function secondsOf(delay: Delay, loop?: LoopContract): number {
  const seconds = parseDelay(delay);
  if (typeof delay === "number" && delay >= 100) warnOfMilliseconds(delay, loop ?? loopForNew());
  return seconds;
}

function warnOfMilliseconds(delay: number, loop: LoopContract): void {
  if (!loop.getDebug()) return;
  warnOnce(loop, `delay ${delay} is in seconds: write "${delay}ms" if milliseconds are meant, "${delay}s" if not`);
}
