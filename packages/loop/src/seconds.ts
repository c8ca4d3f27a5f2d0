import { type Delay, type LoopContract, parseDelay } from "@tsyncio/contract";
import { warnOnce } from "./warn-once.js";

/** The seconds of a delay that a user gave. Debug mode warns of plain numbers that look like milliseconds. */
export function secondsOf(loop: LoopContract, delay: Delay, name = "delay"): number {
  const seconds = parseDelay(delay, name);
  if (typeof delay === "number" && delay >= 100 && loop.getDebug()) {
    warnOnce(loop, `${name} ${delay} is in seconds: write "${delay}ms" if milliseconds are meant, "${delay}s" if not`);
  }
  return seconds;
}
