import { losses, tolerance } from "./compare.ts";
import { isPresent, peerNames } from "./contenders.ts";
import { help, type Options, parseOptions, UsageError } from "./options.ts";
import { plan } from "./plan.ts";
import { progress } from "./progress.ts";
import { findPython, type Python } from "./python.ts";
import { readResults, writeResults } from "./results.ts";
import { runRounds } from "./rounds.ts";
import { type Row, rowsOf } from "./rows.ts";
import { interpreters, runJob } from "./run-job.ts";
import { suites } from "./suites.ts";
import { tableOf, times } from "./table.ts";

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(
    args,
    suites.map(({ name }) => name),
  );
  if (options.help) {
    console.log(help(suites));
    return 0;
  }
  const recorded = readResults();
  if (options.compare && recorded === null) throw new UsageError("--compare: nothing is recorded yet, see --update");

  const python = await findPython();
  const rows = await measure(options, python);
  console.log(options.json ? JSON.stringify(rows, null, 2) : tableOf(rows));

  if (rows.some((row) => row.tsyncio === null)) return 1;
  if (options.update) writeResults(rows, python);
  return options.compare ? report(recorded?.rows ?? [], rows) : 0;
}

async function measure(options: Options, python: Python | null): Promise<Row[]> {
  const wanted = suites.filter(({ name }) => options.suites.length === 0 || options.suites.includes(name));
  const chosen = wanted.filter(({ needs }) => needs?.isThere ?? true);
  const present = peerNames.filter((name) => isPresent(name, python));
  const cases = plan(chosen, present, { rounds: options.rounds, warmUp: 300, measure: 500 });
  const measurements = cases.flatMap(({ peers, ours }) => [...peers.values(), ...ours.values()]);
  const watcher = progress(measurements.reduce((sum, { rounds }) => sum + rounds, 0));

  const absent = peerNames.filter((name) => !present.includes(name));
  if (absent.length > 0) console.error(`not on this machine: ${absent.join(", ")}`);
  for (const { name, needs } of wanted) {
    if (needs?.isThere === false) console.error(`left out: ${name}, for there is no ${needs.program} on this machine`);
  }
  const by = interpreters(python);
  const outcomes = await runRounds(measurements, ({ job, interpreter }) => runJob(job, by[interpreter]), watcher);
  watcher.done();
  return rowsOf(cases, outcomes);
}

/** Says which ratios got worse; 1 if there are any, as an exit code. */
function report(recorded: readonly Row[], rows: readonly Row[]): number {
  const worse = losses(recorded, rows);
  for (const loss of worse) {
    console.error(`worse: ${loss.suite}: ${loss.case}: ${times(loss.is)} of ${loss.peer}, was ${times(loss.was)}`);
  }
  console.error(`${worse.length} ratios more than ${tolerance * 100}% worse than recorded`);
  return worse.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = 2;
}
