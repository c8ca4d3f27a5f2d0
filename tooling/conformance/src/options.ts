// The command line.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Syntax } from "./compile/context.ts";
import { corpusFiles } from "./read-programs.ts";
import { UsageError } from "./usage-error.ts";

export const USAGE = `Runs conformance programs, and compares their traces with CPython's.

  npm run -s conformance                   the project's own corpus
  npm run -s conformance -- FILE...        other programs (.jsonl or .jsonl.gz)

  --syntax generator|async   only this way of writing coroutines (default: both)
  --id ID                    one program: its bodies, and both traces side by side
  --source                   with --id: the JavaScript that the program becomes, too
  --strict                   count excepted programs as different (see src/exceptions.ts)
  --help                     this text

Exit code: 0 all equal or excepted, 1 some different, 2 what was given cannot be used.`;

export interface Options {
  readonly files: readonly string[];
  readonly syntaxes: readonly Syntax[];
  readonly id: string | undefined;
  readonly source: boolean;
  readonly strict: boolean;
  readonly help: boolean;
}

/** @throws {@link UsageError} */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  // npm runs scripts in the project's root: paths are relative to where the user is.
  const here = process.env.INIT_CWD ?? process.cwd();
  const files = positionals.map((file) => resolve(here, file));
  return {
    files: files.length > 0 ? files : corpusFiles(),
    syntaxes: parseSyntax(values.syntax),
    id: values.id,
    source: values.source,
    strict: values.strict,
    help: values.help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        syntax: { type: "string" },
        id: { type: "string" },
        source: { type: "boolean", default: false },
        strict: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message} (--help says what there is)`);
  }
}

function parseSyntax(syntax: string | undefined): readonly Syntax[] {
  if (syntax === undefined) return ["generator", "async"];
  if (syntax === "generator" || syntax === "async") return [syntax];
  throw new UsageError(`--syntax is generator or async, not ${syntax}`);
}
