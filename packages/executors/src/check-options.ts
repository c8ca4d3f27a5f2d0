import { describe } from "@tsyncio/contract";

/** @throws `TypeError` for what is no object. */
export function checkOptions<O>(options: O, name: string = "options"): O {
  if (typeof options === "object" && options !== null) return options;
  throw new TypeError(`${name} must be an object, got ${describe(options)}`);
}
