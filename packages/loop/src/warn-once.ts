import type { LoopContract } from "@tsyncio/contract";
import { callerLocation } from "./caller-location.js";

const warned = new Set<string>();

/** Debug mode's warnings: once for each place in the user's code. */
export function warnOnce(loop: LoopContract, message: string): void {
  const place = callerLocation() ?? "an unknown place";
  const key = `${message} ${place}`;
  if (warned.has(key)) return;
  warned.add(key);
  loop.host.log("warn", `${message} (at ${place})`);
}
