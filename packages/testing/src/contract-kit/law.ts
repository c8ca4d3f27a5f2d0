import type { LoopContract } from "@tsyncio/contract";

/** Something that holds for every loop. */
export interface Law {
  readonly name: string;
  /** Fails when it does not hold for `loop`, which is a new one, and closed afterwards. */
  readonly check: (loop: LoopContract, makeLoop: () => LoopContract) => Promise<void> | void;
}

/** Laws about one side of a loop. */
export interface Laws {
  readonly about: string;
  readonly laws: readonly Law[];
}

/** Makes laws of an object whose keys are their names. */
export function laws(about: string, checks: Readonly<Record<string, Law["check"]>>): Laws {
  return { about, laws: Object.entries(checks).map(([name, check]) => ({ name, check })) };
}

/** How many turns a run goes on when its time is over: on a busy machine that may be over before what is ready has run. */
const LAST_TURNS = 20;

/** Runs `loop` for `seconds` of its clock, and until what is ready then has run, and what that adds. */
export async function runFor(loop: LoopContract, seconds: number): Promise<void> {
  const stopAfter = (turns: number): void => {
    if (turns === 0) loop.stop();
    else loop.callSoon(() => stopAfter(turns - 1), { context: null });
  };
  loop.callLater(seconds, () => stopAfter(LAST_TURNS), { context: null });
  await loop.runForever();
}

/** Calls `main` in a callback of `loop`, which runs on for `seconds`; what `main` gave, or threw. */
export async function inCallback<R>(loop: LoopContract, main: () => R, seconds = 0.005): Promise<R> {
  let outcome: { value: R } | { error: unknown } | undefined;
  loop.callSoon(() => {
    try {
      outcome = { value: main() };
    } catch (error) {
      outcome = { error };
    }
  });
  await runFor(loop, seconds);
  if (outcome === undefined) throw new Error("a callback that was given to callSoon() did not run");
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}
