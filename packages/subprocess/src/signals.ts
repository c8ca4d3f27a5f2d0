import { describe, ValueError } from "@tsyncio/contract";
import { host } from "./host.js";

/** A signal, by name or number. */
export type Signal = NodeJS.Signals | number;

/**
 * The number of a signal.
 * @throws `ValueError` when there is no such signal; `TypeError` for anything but a name or a number.
 */
export function signalNumber(signal: Signal): number {
  if (typeof signal === "number") {
    if (Number.isInteger(signal) && signal >= 0 && signal <= 64) return signal;
    throw new ValueError(`unknown signal: ${signal}`);
  }
  if (typeof signal !== "string") {
    throw new TypeError(`signal must be a name such as "SIGTERM" or a number, got ${describe(signal)}`);
  }
  const { signals } = host("node:os").constants;
  if (Object.hasOwn(signals, signal)) return signals[signal];
  const full = `SIG${signal.toUpperCase()}`;
  const hint = Object.hasOwn(signals, full) ? ` (write ${describe(full)})` : "";
  throw new ValueError(`unknown signal: ${describe(signal)}${hint}`);
}
