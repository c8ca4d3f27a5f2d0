import { parseArgs } from "node:util";

export interface Options {
  readonly suites: readonly string[];
  readonly json: boolean;
  readonly update: boolean;
  readonly compare: boolean;
  readonly rounds: number;
  readonly help: boolean;
}

export class UsageError extends Error {}

export function help(suites: readonly { name: string; about: string }[]): string {
  return `Measures tsyncio beside its peers. Less is better, ×0.50 is half of what the peer takes.

usage: npm run -s bench -- [suite...] [option...]

suites (all, if none is named):
${suites.map(({ name, about }) => `  ${name.padEnd(9)}  ${about}`).join("\n")}

options:
  --json        print an array of { suite, case, unit, tsyncio, peers } instead of a table
  --rounds N    how often everything is measured; the median counts (default 3)
  --update      record the medians in results.json
  --compare     say which ratios are worse than in results.json, exit 1 if there are any
  --help

$BENCH_PYTHON names the Python to use, for instance one with uvloop.`;
}

/** Throws a `UsageError` that says in one line what is wrong. */
export function parseOptions(args: readonly string[], known: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UsageError(`no suite "${unknown}"; there are ${known.join(", ")}`);
  if (values.update && values.compare) throw new UsageError("--update and --compare: choose one");
  if (!/^[1-9]\d{0,2}$/.test(values.rounds)) {
    throw new UsageError(`--rounds takes a number from 1 to 999, not "${values.rounds}"`);
  }
  return { ...values, suites: positionals, rounds: Number(values.rounds) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        update: { type: "boolean", default: false },
        compare: { type: "boolean", default: false },
        rounds: { type: "string", default: "3" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/\. To specify .*/s, ""));
  }
}
