import {
  checkOptionNames,
  describe,
  type OptionNames,
  RuntimeError,
  runningLoop,
  type TaskContract,
  ValueError,
} from "@tsyncio/contract";
import type { FinalCheck } from "../explore/checks.js";
import { notDeterministic } from "../explore/exhaustive.js";
import { narrate } from "../explore/narrate.js";
import { whole } from "../explore/options.js";
import { departing, type Point } from "../explore/point.js";
import { reportOf } from "../explore/report.js";
import { type ExploredRun, type Program, type RunRecord, type RunSettings, runOnce } from "../explore/run-once.js";
import { formatSchedule, parseSchedule } from "../explore/schedule-text.js";
import { count, shortPaths } from "../explore/text.js";
import { type Strike, Suspensions } from "./suspensions.js";

/** What must hold after each run, by what it is called in the report. A check may wait, as an async function. */
export type Invariants = Readonly<Record<string, FinalCheck>>;

/** How {@link cancelSweep} sweeps. */
export interface SweepOptions {
  /** Which tasks are cancelled, by what reports call them; left out: all, the scenario's own (`main`) included. */
  cancellable?: ((task: TaskContract, name: string) => boolean) | undefined;
  /** Which errors the scenario may end with when one of its tasks was cancelled, besides a `CancelledError`; left out: none. */
  mayFail?: ((error: unknown) => boolean) | undefined;
  /** Whether a timer that is left at the end is a failure. Default `true`. */
  leaks?: boolean | undefined;
  /** After how many callbacks a run counts as endless, which is a failure. Default 10,000. */
  maxSteps?: number | undefined;
  /** Foreign promises are refused (`"error"`, the default), or waited for. */
  foreign?: "wait" | "error" | undefined;
  /** Runs just this schedule of an earlier report. */
  replay?: string | undefined;
}

const OPTIONS: OptionNames<SweepOptions> = {
  cancellable: true,
  mayFail: true,
  leaks: true,
  maxSteps: true,
  foreign: true,
  replay: true,
};

/** What came of a sweep that found nothing. */
export interface SweepReport {
  /** How often a task waited in the plain run. */
  readonly suspensions: number;
  /** How many runs there were, the plain one included. */
  readonly runs: number;
  /** What was run, in a sentence. */
  readonly summary: string;
  toString(): string;
}

/** What a {@link SweepError} tells besides its message. */
export interface SweepFailure {
  /** What went wrong. */
  readonly cause: unknown;
  readonly schedule: string;
  readonly strike: string | null;
  readonly timeline: string;
}

/** A cancellation was found after which something does not hold. Its `cause` is what went wrong; the message has it all. */
export class SweepError extends Error {
  /** `cancelSweep(scenario, invariants, { replay: schedule })` runs just this. */
  readonly schedule: string;
  /** Which task was cancelled, and where. `null`: none was, the plain run failed. */
  readonly strike: string | null;
  /** Who ran when. */
  readonly timeline: string;

  constructor(message: string, { cause, schedule, strike, timeline }: SweepFailure) {
    super(message, { cause });
    this.name = "SweepError";
    this.schedule = schedule;
    this.strike = strike;
    this.timeline = timeline;
  }
}

/**
 * Runs `scenario` once, on a virtual clock, to see where its tasks wait; then again and again, with one cancellation each, that strikes at
 * one of these waits: as soon as the task waits, just before the callback that ends the wait, and just after that callback (both orders of a
 * cancellation and a completion in one turn). After each run `invariants` are checked, what is left is cancelled as `run` does, and must end;
 * no timer and no unread error may be left.
 *
 * A cancelled scenario may end normally, or with a `CancelledError`.
 *
 * ```ts
 * let semaphore: Semaphore;
 * await cancelSweep(
 *   async () => {
 *     semaphore = new Semaphore(1);
 *     await gather(() => semaphore.with(work), () => semaphore.with(work));
 *   },
 *   { "the semaphore is free": () => !semaphore.locked() },
 * );
 * ```
 *
 * @param scenario - as a program of `explore`: makes all that it uses anew, and is the same in each run
 * @throws {@link SweepError}; `RuntimeError` when the scenario is not the same in each run, or inside a running loop
 */
export async function cancelSweep(
  scenario: Program,
  invariants: Invariants = {},
  options: SweepOptions = {},
): Promise<SweepReport> {
  if (typeof scenario !== "function") throw new TypeError(`cancelSweep() takes a function, got ${describe(scenario)}`);
  checkOptionNames("cancelSweep()", options, OPTIONS);
  if (runningLoop() !== null) throw new RuntimeError("cancelSweep() cannot be called from a running event loop");
  const sweep = new Sweep(withInvariants(scenario, invariants), options);
  return options.replay === undefined ? sweep.run() : sweep.replay(options.replay);
}

class Sweep {
  readonly #program: Program;
  readonly #settings: RunSettings;
  readonly #suspensions: Suspensions;
  #runs = 0;

  constructor(program: Program, { cancellable = () => true, mayFail, leaks, maxSteps, foreign }: SweepOptions) {
    this.#program = program;
    this.#suspensions = new Suspensions(cancellable);
    this.#settings = {
      order: "fifo",
      cancellations: 1,
      cancellable,
      maxSteps: whole("maxSteps", maxSteps ?? 10_000, 1),
      foreign: foreign ?? "error",
      leaks: leaks ?? true,
      mayFail: mayFail ?? (() => false),
      debug: false,
    };
  }

  async run(): Promise<SweepReport> {
    const plain = await runOnce(this.#program, this.#settings, this.#suspensions.chooser, this.#suspensions);
    this.#runs++;
    // Without a cancellation there is no excuse for an error.
    const isWrong = plain.failure !== null || plain.thrown !== null;
    if (isWrong) throw await this.#error({ ...plain, failure: plain.failure ?? failureBy(plain) }, null);
    const strikes = this.#suspensions.strikes();
    for (const [i, strike] of strikes.entries()) {
      const record = await this.#strike(strike, plain);
      if (record.failure !== null)
        throw await this.#error(record, strike, `cancellation ${i + 1} of ${strikes.length}`);
    }
    const suspensions = this.#suspensions.all.length;
    const summary = `${count(suspensions, "wait")}, ${count(strikes.length, "cancellation")}: all went well`;
    return { suspensions, runs: this.#runs, summary, toString: () => summary };
  }

  async replay(text: string): Promise<SweepReport> {
    const record = await runOnce(this.#program, this.#settings, departing(parseSchedule(text).departures));
    if (record.failure !== null) throw await this.#error(record, null, "in a replay");
    const summary = "the schedule was run, and all went well";
    return { suspensions: 0, runs: 1, summary, toString: () => summary };
  }

  /** Runs the scenario with one cancellation. */
  async #strike({ suspension, position }: Strike, plain: RunRecord): Promise<RunRecord> {
    this.#runs++;
    let found = false;
    const choose = (point: Point): number => {
      if (point.position !== position) return 0;
      for (let choice = 0; choice < point.size; choice++) {
        if (point.kind(choice) !== "cancel" || point.actor(choice) !== suspension.task) continue;
        found = true;
        return choice;
      }
      return 0;
    };
    const record = await runOnce(this.#program, this.#settings, choose);
    for (let i = 0; i <= position; i++) {
      if (record.sizes[i] !== plain.sizes[i]) throw notDeterministic(i, plain.sizes[i], record.sizes[i]);
    }
    if (!found) throw notDeterministic(position, plain.sizes[position], record.sizes[position]);
    return record;
  }

  async #error(record: RunRecord, strike: Strike | null, how = ""): Promise<SweepError> {
    const settings = { ...this.#settings, ...(strike === null && how === "" && { mayFail: () => false }) };
    const again = await narrate(this.#program, settings, record);
    const schedule = formatSchedule({ ...this.#settings, departures: record.departures });
    const replay = `replay it with cancelSweep(scenario, invariants, { replay: ${JSON.stringify(schedule)} })`;
    const what = strike === null ? null : describeStrike(strike);
    const lines = [what ?? "without any cancellation", ...(how === "" ? [] : [how]), replay].join("\n");
    const { record: last, timeline } = again;
    const message = reportOf(last, lines, timeline);
    return new SweepError(message, { cause: last.failure?.error, schedule, strike: what, timeline });
  }
}

function failureBy({ thrown }: RunRecord): RunRecord["failure"] {
  return { kind: "error", error: thrown?.error };
}

function describeStrike({ suspension, moment }: Strike): string {
  const { task, number, wait, since, until } = suspension;
  if (number === 0) return `${task} was cancelled before its first turn`;
  const at = `${task} was cancelled at its wait no. ${number} (${shortPaths(wait)})`;
  if (until === since) return `${at}, when it was about to go on`;
  if (moment === "at once") return at;
  if (moment === "before its end") return `${at}, just before what it waited for was done`;
  return `${at}, just after what it waited for was done, before it went on`;
}

/** `scenario`, with `invariants` as what must hold at the end of each of its runs. */
function withInvariants(scenario: Program, invariants: Invariants): Program {
  if (typeof invariants !== "object" || invariants === null) {
    throw new TypeError(`cancelSweep() takes invariants as an object, got ${describe(invariants)}`);
  }
  for (const [what, check] of Object.entries(invariants)) {
    if (typeof check !== "function")
      throw new ValueError(`invariant ${JSON.stringify(what)} must be a function, got ${describe(check)}`);
  }
  return (t: ExploredRun) => {
    for (const [what, check] of Object.entries(invariants)) t.finally(what, check);
    return scenario(t);
  };
}
