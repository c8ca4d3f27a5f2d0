import type { Body, CoroutineGenerator } from "@tsyncio/contract";
import type { Case } from "./case.js";

/** The two ways to write a coroutine. */
export type Kind = "generator" | "async";

/** The same code in both ways. */
export interface Kinds<A extends unknown[], T> {
  readonly generator: (...args: A) => CoroutineGenerator<T>;
  readonly async: (...args: A) => Promise<T>;
}

/** Two cases: `law` must hold for code of either kind. */
export function both<A extends unknown[], T>(
  name: string,
  kinds: Kinds<A, T>,
  law: (body: Body<A, T>, kind: Kind) => Promise<void>,
  skip: Case["skip"] = {},
): Case[] {
  return [
    { name: `${name} (generator)`, skip, run: () => law(kinds.generator, "generator") },
    { name: `${name} (async)`, skip, run: () => law(kinds.async, "async") },
  ];
}
