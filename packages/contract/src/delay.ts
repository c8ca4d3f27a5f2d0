import { describe } from "./describe.js";
import { ValueError } from "./errors.js";

/** The units a delay may be written in: milliseconds, seconds, minutes, hours. */
export type DelayUnit = "ms" | "s" | "m" | "h";

/** A time span: a number of **seconds**, as in asyncio, or a string that says its unit, such as `"250ms"` or `"1.5s"`. */
export type Delay = number | `${number}${DelayUnit}`;

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/**
 * The number of seconds that `delay` stands for.
 * @param name - what the error calls the argument
 * @throws `ValueError` for `NaN` and strings that are no delay; `TypeError` for anything but a number or a string.
 */
export function parseDelay(delay: Delay, name = "delay"): number {
  if (typeof delay === "number") {
    if (Number.isNaN(delay)) throw new ValueError(`Invalid ${name}: NaN (not a number)`);
    return delay;
  }
  if (typeof delay !== "string") {
    throw new TypeError(`${name} must be a number of seconds or a string such as "250ms", got ${describe(delay)}`);
  }
  const [, text = "", unit = ""] = /^(.*?)(ms|s|m|h)$/.exec(delay) ?? [];
  // What the type takes as a number: all that Number() does, but nothing and infinity.
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(number)) {
    throw new ValueError(
      `Invalid ${name}: ${describe(delay)} (write a number and a unit: "250ms", "1.5s", "2m", "1h")`,
    );
  }
  // Milliseconds are divided, not multiplied by 0.001, so that "100ms" is 0.1 exactly.
  return unit === "ms" ? number / 1000 : number * (SECONDS[unit] as number);
}
