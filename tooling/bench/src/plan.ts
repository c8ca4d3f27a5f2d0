import { join } from "node:path";
import { type Contender, type PeerName, peers, tsyncio } from "./contenders.ts";
import type { Job } from "./job.ts";
import type { Case, Suite } from "./suite.ts";

/** One case on one contender: what one cell of the table comes from. */
export interface Measurement {
  /** For progress and failures. */
  readonly title: string;
  readonly interpreter: Contender["interpreter"];
  readonly job: Job;
  readonly rounds: number;
}

/** A case with its measurements: tsyncio's by the name of their row, the peers' by theirs. */
export interface PlannedCase {
  readonly suite: string;
  readonly unit: string;
  readonly ours: ReadonlyMap<string, Measurement>;
  readonly peers: ReadonlyMap<PeerName, Measurement>;
}

export interface Effort {
  readonly rounds: number;
  /** Milliseconds of each measurement, see `Job`. */
  readonly warmUp: number;
  readonly measure: number;
  /** Divides every n: to see whether a case works at all. */
  readonly shrink?: number;
}

const root = join(import.meta.dirname, "..", "suites");

/** Everything that is to be measured, with the peers that are on this machine. */
export function plan(suites: readonly Suite[], present: readonly PeerName[], effort: Effort): PlannedCase[] {
  return suites.flatMap((suite) => suite.cases.map((one) => planCase(suite.name, one, present, effort)));
}

function planCase(suite: string, one: Case, present: readonly PeerName[], effort: Effort): PlannedCase {
  const measurement = (label: string, contender: Contender, program: string, n: number): Measurement => ({
    title: `${suite}: ${one.name}: ${label}`,
    interpreter: contender.interpreter,
    rounds: one.once ? 1 : effort.rounds,
    job: {
      file: join(root, suite, contender.file),
      program,
      driver: contender.driver,
      meter: one.meter,
      n: n / (effort.shrink ?? 1),
      warmUp: one.once ? 0 : effort.warmUp,
      measure: one.once ? 0 : effort.measure,
    },
  });
  return {
    suite,
    unit: one.unit,
    ours: new Map(
      one.ours.map(({ label, syntax, program }) => [
        `${one.name} (${label})`,
        measurement(`tsyncio, ${label}`, tsyncio[syntax], program ?? one.program, one.n),
      ]),
    ),
    peers: new Map(
      one.peers
        .filter((name) => present.includes(name))
        .map((name) => [name, measurement(name, peers[name], one.program, one.fewer?.[name] ?? one.n)]),
    ),
  };
}
