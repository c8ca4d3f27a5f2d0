import { registry } from "@tsyncio/contract";
import { notDeterministic } from "./exhaustive.js";
import { departing } from "./point.js";
import { type Program, type RunRecord, type RunSettings, runOnce } from "./run-once.js";
import { Timeline } from "./timeline.js";

/**
 * Runs a schedule that failed once more, in debug mode, which knows where things were made, and writes down who ran when.
 * @throws `RuntimeError` when it does not fail again
 */
export async function narrate(
  program: Program,
  settings: RunSettings,
  failed: RunRecord,
): Promise<{ readonly record: RunRecord; readonly timeline: string }> {
  const timeline = new Timeline();
  const debugging = registry.debugging;
  const record = await runOnce(program, { ...settings, debug: true }, departing(failed.departures), timeline);
  // What comes after is not to be slowed down by a loop that was in debug mode.
  registry.debugging = debugging;
  if (record.failure?.kind !== failed.failure?.kind) {
    throw notDeterministic(record.sizes.length, failed.sizes.length, record.sizes.length);
  }
  return { record, timeline: String(timeline) };
}
