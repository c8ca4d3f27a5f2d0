import type { LoopContract } from "@tsyncio/contract";
import { callerLocation } from "./caller-location.js";

const warned = new Set<string>();

/**
 * Debug mode's warnings: once for each place in the user's code.
 * @param place - the place; left out: that of the caller
 */
export function warnOnce(loop: LoopContract, message: string, place: string | null = callerLocation()): void {
  const text = `${message} (at ${place ?? "an unknown place"})`;
  if (warned.has(text)) return;
  warned.add(text);
  loop.host.log("warn", text);
}
