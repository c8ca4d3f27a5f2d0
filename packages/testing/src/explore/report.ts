import type { RunRecord } from "./run-once.js";
import { indent, shortPaths } from "./text.js";

/** What a failing run of a program is reported as. */
export interface FoundFailure {
  readonly record: RunRecord;
  /** How it was found, in a few sentences. */
  readonly how: string;
  readonly schedule: string;
  readonly timeline: string;
  readonly seed: number | null;
  readonly runs: number;
}

/** A schedule was found under which a program fails. Its `cause` is what went wrong; the message has it all. */
export class ExplorationError extends Error {
  /** The shrunk schedule: `explore(program, { replay: schedule })` runs just this. */
  readonly schedule: string;
  /** The seed of the run that failed: `explore(program, { …, seed, runs: 1 })` begins with it. `null` where none was used. */
  readonly seed: number | null;
  /** How many runs it took to find it. */
  readonly runs: number;
  /** Who ran when, under that schedule. */
  readonly timeline: string;

  constructor({ record, how, schedule, timeline, seed, runs }: FoundFailure) {
    const error = record.failure?.error;
    super(`${headline(record)}\n\n${indent(how)}\n\n${timeline}\n`, { cause: error });
    this.name = "ExplorationError";
    this.schedule = schedule;
    this.seed = seed;
    this.runs = runs;
    this.timeline = timeline;
  }
}

/** What went wrong in a run, in a line or a few. */
export function headline({ failure }: RunRecord): string {
  const error = failure?.error;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return shortPaths(failure?.kind === "invariant" ? text.replace(/^BrokenInvariant: /, "") : text);
}
