import { parseArgs } from "node:util";
import { UsageError } from "./usage-error.js";

/** What the words of a command line ask for. */
export type Command =
  | { readonly do: "help" }
  | { readonly do: "version" }
  | { readonly do: "run"; readonly file: string; readonly debug: boolean; readonly args: readonly string[] };

export const help = `usage: tsyncio run [--debug] FILE [argument...]
       tsyncio --help | --version

Runs the coroutine function main that FILE exports: TypeScript as it is (on Node 22.18 and later), or JavaScript.

  import { sleep } from "tsyncio";

  export async function main() {
    await sleep("1s");
    console.log("a second later");
  }

The arguments are in process.argv, from the third on. Ctrl-C and SIGTERM cancel main, and the process ends when it has
cleaned up; the second time it ends at once.

  --debug         debug mode: tells of callbacks that block the loop, of forgotten awaits, and where things were made
  -h, --help      says this
  -v, --version   says which version this is

exit codes: 0, 1 when main fails, 2 when FILE can't be run, 130 after Ctrl-C, 143 after SIGTERM, that of a SystemExit
`;

/**
 * Reads the words after `tsyncio`. Options end at FILE, `--debug` right behind it excepted: what follows is the program's.
 * @throws {@link UsageError} when they make no command.
 */
export function parseCommandLine(words: readonly string[]): Command {
  const [name, ...rest] = words;
  if (name === undefined) throw new UsageError("say what to run: tsyncio run FILE (tsyncio --help says more)");
  if (name.startsWith("-")) return parseOptions(words);
  if (name === "run") return parseRun(rest);
  if (name === "help" || name === "version") return { do: name };
  const hint = name.includes(".") || name.includes("/") ? `write tsyncio run ${name}` : "there is tsyncio run FILE";
  throw new UsageError(`unknown command ${JSON.stringify(name)}: ${hint}`);
}

function parseOptions(words: readonly string[]): Command {
  const { help, version } = parse(words);
  if (help) return { do: "help" };
  if (version) return { do: "version" };
  throw new UsageError("say what to run: tsyncio run [--debug] FILE");
}

function parseRun(words: readonly string[]): Command {
  const at = words.findIndex((word) => !word.startsWith("-"));
  const options = parse(at < 0 ? words : words.slice(0, at));
  if (options.help) return { do: "help" };
  const file = words[at];
  if (file === undefined) throw new UsageError("say which file to run: tsyncio run FILE");
  const args = words.slice(at + 1);
  const debug = args[0] === "--debug";
  if (debug || args[0] === "--") args.shift();
  return { do: "run", file, debug: debug || options.debug === true, args };
}

function parse(words: readonly string[]): { help?: boolean; version?: boolean; debug?: boolean } {
  try {
    return parseArgs({
      args: [...words],
      options: {
        debug: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "v" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${firstSentence((error as Error).message)} (tsyncio --help says which there are)`);
  }
}

function firstSentence(text: string): string {
  return text.replace(/\. .*$/s, "").replace(/^./, (letter) => letter.toLowerCase());
}
