import type { Departure } from "./point.js";
import type { RunRecord } from "./run-once.js";

/** How many runs shrinking may take. */
const LIMIT = 500;

/**
 * A failing schedule with fewer departures, then with fewer context switches and fewer steps, that fails in the same way: no departure of it can
 * be left out. (Delta debugging: leaves out halves, quarters, and single ones, as long as the run still fails.)
 */
export async function shrink(
  failing: RunRecord,
  run: (departures: readonly Departure[]) => Promise<RunRecord>,
): Promise<RunRecord> {
  let best = failing;
  let runs = 0;
  const improves = async (departures: readonly Departure[]): Promise<boolean> => {
    runs++;
    const record = await run(departures);
    if (record.failure?.kind !== failing.failure?.kind || !isLess(record, best)) return false;
    best = record;
    return true;
  };
  for (let chunk = Math.max(1, best.departures.length >> 1); ; ) {
    let improved = false;
    for (let from = 0; from < best.departures.length && runs < LIMIT; ) {
      const rest = [...best.departures.slice(0, from), ...best.departures.slice(from + chunk)];
      if (await improves(rest)) improved = true;
      else from += chunk;
    }
    if (runs >= LIMIT || best.departures.length === 0) return best;
    if (chunk > 1) chunk >>= 1;
    else if (!improved && !(await lowerChoices(best, improves))) return best;
  }
}

/** Tries a choice that is nearer to the plain one. Whether that was any better. */
async function lowerChoices(
  { departures }: RunRecord,
  improves: (departures: readonly Departure[]) => Promise<boolean>,
): Promise<boolean> {
  for (const [i, { position, choice }] of departures.entries()) {
    for (let lower = 1; lower < choice; lower++) {
      if (await improves(departures.with(i, { position, choice: lower }))) return true;
    }
  }
  return false;
}

function isLess(a: RunRecord, b: RunRecord): boolean {
  if (a.departures.length !== b.departures.length) return a.departures.length < b.departures.length;
  if (a.switches !== b.switches) return a.switches < b.switches;
  return a.steps < b.steps;
}
