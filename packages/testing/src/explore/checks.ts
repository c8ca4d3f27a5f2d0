import { type Awaitable, describe } from "@tsyncio/contract";

/** Says whether something holds: `false`, or an error, is a no. */
export type Check = () => boolean | void;

/** A {@link Check} that may wait. */
export type FinalCheck = () => boolean | void | PromiseLike<boolean | void> | Awaitable<boolean | void>;

/** A check with what it says. */
export interface Named<C> {
  readonly what: string;
  readonly check: C;
}

/** @throws `TypeError`, which names `method`, for what is no check */
export function named<C extends FinalCheck>(method: string, what: string, check: C): Named<C> {
  if (typeof what !== "string") throw new TypeError(`${method}() takes a text first, got ${describe(what)}`);
  if (typeof check !== "function") throw new TypeError(`${method}() takes a function, got ${describe(check)}`);
  return { what, check };
}

/** Something that should hold does not. */
export class BrokenInvariant extends Error {
  constructor(what: string, cause: unknown) {
    const why = cause === undefined ? "" : `: ${cause instanceof Error ? cause.message : String(cause)}`;
    super(`broken: ${what}${why}`, cause === undefined ? {} : { cause });
    this.name = "BrokenInvariant";
  }
}

/** @throws {@link BrokenInvariant} at the first check that says no */
export function checkAll(checks: readonly Named<Check>[]): void {
  for (const { what, check } of checks) {
    let holds: boolean | void;
    try {
      holds = check();
    } catch (error) {
      throw new BrokenInvariant(what, error);
    }
    if (holds === false) throw new BrokenInvariant(what, undefined);
  }
}

/** {@link checkAll}, for checks that may wait. */
export async function checkFinally(checks: readonly Named<FinalCheck>[]): Promise<void> {
  for (const { what, check } of checks) {
    let holds: boolean | void;
    try {
      holds = await check();
    } catch (error) {
      throw new BrokenInvariant(what, error);
    }
    if (holds === false) throw new BrokenInvariant(what, undefined);
  }
}
