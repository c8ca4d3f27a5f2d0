import type { PeerName } from "./contenders.ts";
import type { PlannedCase } from "./plan.ts";
import type { Outcomes } from "./rounds.ts";

/** One way of writing one case with tsyncio, beside the peers. Less is better. */
export interface Row {
  readonly suite: string;
  readonly case: string;
  readonly unit: string;
  /** Null where it failed. */
  readonly tsyncio: number | null;
  /** The peers that took part and did not fail. */
  readonly peers: Readonly<Partial<Record<PeerName, number>>>;
}

export function rowsOf(cases: readonly PlannedCase[], outcomes: Outcomes): Row[] {
  return cases.flatMap(({ suite, unit, ours, peers }) => {
    const theirs: Partial<Record<PeerName, number>> = {};
    for (const [name, measurement] of peers) {
      const value = outcomes.get(measurement);
      if (value != null) theirs[name] = round(value);
    }
    return [...ours].map(([name, measurement]) => {
      const value = outcomes.get(measurement);
      return { suite, case: name, unit, tsyncio: value == null ? null : round(value), peers: theirs };
    });
  });
}

/** To a tenth of a nanosecond or byte: more digits are noise. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}
