import { describe, RuntimeError, runningLoop } from "@tsyncio/contract";
import { AllSchedules } from "./exhaustive.js";
import { narrate } from "./narrate.js";
import { type Checked, checkOptions, type ExploreOptions } from "./options.js";
import { type Chooser, type Departure, departing, plain } from "./point.js";
import { ExplorationError, reportOf } from "./report.js";
import { type Program, type RunRecord, type RunSettings, runOnce } from "./run-once.js";
import { formatDepartures, formatSchedule } from "./schedule-text.js";
import { shrink } from "./shrink.js";
import { pct, randomWalk, type Size } from "./strategies.js";
import { count } from "./text.js";

/** What came of an exploration that found nothing. */
export interface ExplorationReport {
  /** How many schedules were run. */
  readonly runs: number;
  /** Whether these are all there are. */
  readonly complete: boolean;
  /** What was run, and what was left out, in a sentence. */
  readonly summary: string;
  toString(): string;
}

/** A run that failed, on its way to the report. */
interface Found {
  readonly record: RunRecord;
  readonly runs: number;
  readonly seed: number | null;
  readonly by: string;
}

/**
 * Runs a small program under many schedules, on a virtual clock, and fails with the first one under which it goes wrong: an error, something
 * that `t.always` or `t.finally` says does not hold, a deadlock, no end, an error that nobody read. The schedule is shrunk first, and
 * reported as a timeline of who ran when, with a text that replays it.
 *
 * ```ts
 * await explore(async (t) => {
 *   const account = new Account(100);
 *   t.finally("no money is lost", () => account.balance === 100);
 *   await gather(() => account.deposit(10), () => account.withdraw(10));
 * });
 * ```
 *
 * @param program - makes everything that it uses anew, and is the same in each run: no `Math.random()`, no `Date.now()`, no real I/O
 * @throws {@link ExplorationError}; `RuntimeError` when the program is not the same in each run, or inside a running loop
 */
export async function explore(program: Program, options: ExploreOptions = {}): Promise<ExplorationReport> {
  if (typeof program !== "function") throw new TypeError(`explore() takes a function, got ${describe(program)}`);
  if (runningLoop() !== null) throw new RuntimeError("explore() cannot be called from a running event loop");
  return new Exploration(program, checkOptions(options)).run();
}

class Exploration {
  readonly #program: Program;
  readonly #options: Checked;
  #runs = 0;

  constructor(program: Program, options: Checked) {
    this.#program = program;
    this.#options = options;
  }

  run(): Promise<ExplorationReport> {
    const { replay, strategy } = this.#options;
    if (replay !== null) return this.#replay(replay);
    return strategy === "exhaustive" ? this.#exhaustive() : this.#random(strategy);
  }

  async #replay(departures: readonly Departure[]): Promise<ExplorationReport> {
    const record = await this.#once(departing(departures));
    if (record.failure === null) {
      if (formatDepartures(record.departures) === formatDepartures(departures)) {
        return report(1, false, "the schedule was run, and all went well");
      }
      throw new RuntimeError("the schedule does not fit the program: has that changed since the report was written?");
    }
    throw await this.#error({ record, runs: 1, seed: null, by: "the replay" }, record);
  }

  async #exhaustive(): Promise<ExplorationReport> {
    const { departures: limit, runs } = this.#options;
    const schedules = new AllSchedules(limit);
    let deepest = 0;
    for (;;) {
      const departures = schedules.next();
      if (departures === null) return this.#allRun(schedules.leftOut);
      if (this.#runs >= runs || this.#isLate()) return this.#notAllRun(departures.length);
      deepest = departures.length;
      const record = await this.#once(departing(departures));
      schedules.ran(record);
      if (record.failure === null) continue;
      const by = `the exhaustive search, ${deepest === 0 ? "in the plain schedule" : `among those with ${count(deepest, "departure")} from the plain schedule`}`;
      await this.#fail({ record, runs: this.#runs, seed: null, by });
    }
  }

  #allRun(leftOut: boolean): ExplorationReport {
    const { departures, settings } = this.#options;
    const what = `${count(this.#runs, "schedule")} (${describeSettings(settings)})`;
    if (!leftOut && this.#runs === 1) {
      return report(1, true, `the only schedule (${describeSettings(settings)}) was run: nothing is open`);
    }
    if (!leftOut) return report(this.#runs, true, `all ${what} were run`);
    return report(
      this.#runs,
      false,
      `all ${what} with up to ${departures} departures were run; left out: those with more`,
    );
  }

  #notAllRun(next: number): ExplorationReport {
    const why = this.#runs >= this.#options.runs ? "runs" : "timeLimit";
    const done =
      next > 1 ? `all with up to ${count(next - 1, "departure")} from the plain schedule` : "the plain schedule";
    const what = `${count(this.#runs, "schedule")} (${describeSettings(this.#options.settings)}) were run: ${done}, and some with ${next}`;
    return report(this.#runs, false, `${what}; left out: the others with ${next}, and those with more (${why})`);
  }

  async #random(strategy: "random" | "pct"): Promise<ExplorationReport> {
    const { runs, seed, depth, settings } = this.#options;
    const first = await this.#once(plain);
    if (first.failure !== null) await this.#fail({ record: first, runs: 1, seed: null, by: "the plain schedule" });
    const size: Size = { points: first.sizes.length, cancellations: settings.cancellations };
    let i = 0;
    for (; i < runs && !this.#isLate(); i++) {
      const own = seed + i;
      const record = await this.#once(strategy === "random" ? randomWalk(own, size) : pct(own, size, depth));
      if (record.failure === null) continue;
      await this.#fail({ record, runs: this.#runs, seed: own, by: `strategy "${strategy}" with seed ${own}` });
    }
    const what = `the plain schedule and ${count(i, "random one")} (${describeSettings(settings)}; seed ${seed})`;
    return report(this.#runs, false, `${what} were run; left out: all others`);
  }

  /** Shrinks what was found, runs it once more for the timeline, and throws. */
  async #fail(found: Found): Promise<never> {
    const shrunk = await shrink(found.record, (departures) => this.#run(departing(departures), this.#options.settings));
    throw await this.#error(found, shrunk);
  }

  async #error({ record: first, runs, seed, by }: Found, shrunk: RunRecord): Promise<ExplorationError> {
    const { settings } = this.#options;
    const { record, timeline } = await narrate(this.#program, settings, shrunk);
    const schedule = formatSchedule({ ...settings, departures: shrunk.departures });
    const before = first.departures.length;
    const shrinking = before === 0 ? [] : [`shrunk from ${count(before, "departure")} to ${shrunk.departures.length}`];
    const how = [
      `found in run ${runs}, by ${by}`,
      ...shrinking,
      `replay it with explore(program, { replay: ${JSON.stringify(schedule)} })`,
    ].join("\n");
    const cause = record.failure?.error;
    return new ExplorationError(reportOf(record, how, timeline), { cause, schedule, seed, runs, timeline });
  }

  #once(chooser: Chooser): Promise<RunRecord> {
    this.#runs++;
    return this.#run(chooser, this.#options.settings);
  }

  #run(chooser: Chooser, settings: RunSettings): Promise<RunRecord> {
    return runOnce(this.#program, settings, chooser);
  }

  #isLate(): boolean {
    return performance.now() >= this.#options.end;
  }
}

function report(runs: number, complete: boolean, summary: string): ExplorationReport {
  return { runs, complete, summary, toString: () => summary };
}

function describeSettings({ order, cancellations }: RunSettings): string {
  const strikes = cancellations === 0 ? "" : `, up to ${count(cancellations, "cancellation")}`;
  return `order "${order}"${strikes}`;
}
