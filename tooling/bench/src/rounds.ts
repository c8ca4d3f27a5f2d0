import type { Measurement } from "./plan.ts";
import { median } from "./statistics.ts";

/** What each measurement came to over all rounds; null for one that failed, which is not tried again. */
export type Outcomes = ReadonlyMap<Measurement, number | null>;

export interface Watcher {
  started(measurement: Measurement, round: number): void;
  failed(measurement: Measurement, reason: string): void;
}

/**
 * Measures everything once, then everything again, until each has had its rounds: what disturbs the machine for a
 * while then disturbs all alike, and the median drops it.
 */
export async function runRounds(
  measurements: readonly Measurement[],
  run: (measurement: Measurement) => Promise<number>,
  watcher: Watcher,
): Promise<Outcomes> {
  const values = new Map<Measurement, number[]>(measurements.map((measurement) => [measurement, []]));
  const rounds = Math.max(0, ...measurements.map((measurement) => measurement.rounds));
  for (let round = 1; round <= rounds; round++) {
    for (const [measurement, taken] of values) {
      if (round > measurement.rounds) continue;
      watcher.started(measurement, round);
      try {
        taken.push(await run(measurement));
      } catch (error) {
        watcher.failed(measurement, error instanceof Error ? error.message : String(error));
        values.delete(measurement);
      }
    }
  }
  return new Map(
    measurements.map((measurement) => {
      const taken = values.get(measurement);
      return [measurement, taken === undefined ? null : median(taken)];
    }),
  );
}
