import type { Body } from "@tsyncio/contract";
import { runVirtual, type VirtualRunOptions } from "./run-virtual.js";

/** What a test is to a framework that gives it a context. */
export type VirtualTest<C> = (context: C) => Promise<void>;

/** `body` as a test that runs on a virtual clock; `optionsOf` says what follows from the framework's context. */
export function virtualTest<C>(
  body: Body<[C], unknown>,
  optionsOf: (context: C) => VirtualRunOptions,
  options: VirtualRunOptions,
): VirtualTest<C> {
  if (typeof body !== "function") throw new TypeError("virtual() takes the test's function");
  const run = async (context: C): Promise<void> => {
    const test = () => body(context);
    await runVirtual(test, { ...optionsOf(context), ...options });
  };
  // Frameworks read the parameters from the text of the function: which fixtures it wants.
  return Object.defineProperty(run, "toString", { value: () => body.toString() });
}
