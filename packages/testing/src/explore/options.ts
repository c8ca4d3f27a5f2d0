import {
  checkOptionNames,
  type Delay,
  describe,
  type OptionNames,
  parseDelay,
  type TaskContract,
  ValueError,
} from "@tsyncio/contract";
import type { Departure } from "./point.js";
import type { RunSettings } from "./run-once.js";
import { type Order, parseSchedule } from "./schedule-text.js";

/** How schedules are chosen: see {@link ExploreOptions.strategy}. */
export type Strategy = "exhaustive" | "random" | "pct";

/** How `explore` explores. */
export interface ExploreOptions {
  /**
   * - `"exhaustive"` (the default): every schedule once, those that are nearest to the plain one first, until all were run, or `runs`;
   * - `"random"`: `runs` random ones;
   * - `"pct"`: `runs` with random priorities, which finds bugs that need few ordered events (`depth`) in large programs.
   */
  strategy?: Strategy | undefined;
  /** How many schedules are run at most. Default: 10,000 in `"exhaustive"`, else 1,000. */
  runs?: number | undefined;
  /** Fixes what random strategies do; run number i uses `seed + i`. Default 0: every call does the same. */
  seed?: number | undefined;
  /**
   * `"fifo"` (the default) keeps asyncio's order of what is ready: only what is really open varies, that is which of several timers with one
   * deadline rings first, when I/O completes, where cancellations strike. `"free"` lets any callback that is ready run next, to find
   * programs that lean on the order.
   */
  order?: Order | undefined;
  /** How many cancellations strike at most, each at any await of any task. Default 0. */
  cancellations?: number | undefined;
  /**
   * Which tasks may be cancelled; left out: all. `name` is what reports call the task: its own name if it was given one, else that of its
   * function, numbered from the second on; the same in each run.
   */
  cancellable?: ((task: TaskContract, name: string) => boolean) | undefined;
  /** Of `"pct"`: how many ordered events a bug may need. Default 3. */
  depth?: number | undefined;
  /** Of `"exhaustive"`: how many departures from the plain schedule there may be. Left out: any number. */
  departures?: number | undefined;
  /** After how many callbacks a run counts as endless, which is a failure. Default 10,000. */
  maxSteps?: number | undefined;
  /** How long, in real time, it goes on. What was left out then is told. Left out: as long as it takes. */
  timeLimit?: Delay | null | undefined;
  /** Runs just this schedule of an earlier report; all else but `cancellable` is as it was then. */
  replay?: string | undefined;
  /** Foreign promises are refused (`"error"`, the default), since nobody can say when they settle; or waited for. */
  foreign?: "wait" | "error" | undefined;
  /** Which errors the program may end with; left out: none, but the `CancelledError` of a cancellation that struck. */
  mayFail?: ((error: unknown) => boolean) | undefined;
  /** Whether timers that are left at the end are a failure, too. Default `false`. */
  leaks?: boolean | undefined;
}

const NAMES: OptionNames<ExploreOptions> = {
  strategy: true,
  runs: true,
  seed: true,
  order: true,
  cancellations: true,
  cancellable: true,
  depth: true,
  departures: true,
  maxSteps: true,
  timeLimit: true,
  replay: true,
  foreign: true,
  mayFail: true,
  leaks: true,
};

/** {@link ExploreOptions} that were looked at, with the defaults filled in. */
export interface Checked {
  readonly strategy: Strategy;
  readonly runs: number;
  readonly seed: number;
  readonly depth: number;
  readonly departures: number;
  /** When to stop, of `performance.now()`. */
  readonly end: number;
  readonly settings: RunSettings;
  readonly replay: readonly Departure[] | null;
}

/** @throws `ValueError` for an option that is wrong, `TypeError` for one that there is none of */
export function checkOptions(options: ExploreOptions): Checked {
  checkOptionNames("explore()", options, NAMES);
  const { strategy = "exhaustive", timeLimit = null, foreign = "error", replay, leaks = false } = options;
  oneOf("strategy", strategy, ["exhaustive", "random", "pct"]);
  oneOf("order", options.order ?? "fifo", ["fifo", "free"]);
  oneOf("foreign", foreign, ["wait", "error"]);
  const schedule = replay === undefined ? null : parseSchedule(replay);
  const settings: RunSettings = {
    order: schedule?.order ?? options.order ?? "fifo",
    cancellations: schedule?.cancellations ?? whole("cancellations", options.cancellations ?? 0, 0),
    cancellable: options.cancellable ?? (() => true),
    maxSteps: whole("maxSteps", options.maxSteps ?? 10_000, 1),
    foreign,
    leaks,
    mayFail: options.mayFail ?? (() => false),
    debug: false,
  };
  const limit = timeLimit === null ? Number.POSITIVE_INFINITY : parseDelay(timeLimit, "timeLimit") * 1000;
  return {
    strategy,
    settings,
    runs: whole("runs", options.runs ?? (strategy === "exhaustive" ? 10_000 : 1_000), 1),
    seed: whole("seed", options.seed ?? 0, 0),
    depth: whole("depth", options.depth ?? 3, 1),
    departures:
      options.departures === undefined ? Number.POSITIVE_INFINITY : whole("departures", options.departures, 0),
    end: performance.now() + limit,
    replay: schedule?.departures ?? null,
  };
}

/** @throws `ValueError`, which names the option, for what is no whole number from `least` on */
export function whole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new ValueError(`${name} must be a whole number, ${least} or more, got ${describe(value)}`);
}

function oneOf(name: string, value: string, values: readonly string[]): void {
  if (values.includes(value)) return;
  throw new ValueError(`${name} must be ${values.map((each) => `"${each}"`).join(" or ")}, got ${describe(value)}`);
}
