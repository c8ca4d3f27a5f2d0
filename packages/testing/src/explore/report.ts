import type { RunRecord } from "./run-once.js";
import { indent, shortPaths } from "./text.js";

/** What an {@link ExplorationError} tells besides its message. */
export interface ExplorationFailure {
  /** What went wrong. */
  readonly cause: unknown;
  readonly schedule: string;
  readonly seed: number | null;
  readonly runs: number;
  readonly timeline: string;
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

  constructor(message: string, { cause, schedule, seed, runs, timeline }: ExplorationFailure) {
    super(message, { cause });
    this.name = "ExplorationError";
    this.schedule = schedule;
    this.seed = seed;
    this.runs = runs;
    this.timeline = timeline;
  }
}

/** The report of a run that failed: what went wrong, how it was found, who ran when. */
export function reportOf(record: RunRecord, how: string, timeline: string): string {
  return `${headline(record)}\n\n${indent(how)}\n\n${timeline}\n`;
}

/** What went wrong in a run, in a line or a few. */
function headline({ failure, names }: RunRecord): string {
  const error = failure?.error;
  const text = names.inText(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  if (failure?.kind === "invariant") return shortPaths(text.replace(/^BrokenInvariant: /, ""));
  // A task that has the name of its function need not be called both.
  return shortPaths(text.replaceAll(/^( *)(\S+) \(\2\) waits for /gm, "$1$2 waits for "));
}
