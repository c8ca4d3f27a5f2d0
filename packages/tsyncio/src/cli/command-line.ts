import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { type Delay, parseDelay } from "@tsyncio/contract";
import type { WorkerCommand } from "./run-worker.js";
import { UsageError } from "./usage-error.js";

/** What the words of a command line ask for. */
export type Command =
  | { readonly do: "help" }
  | { readonly do: "version" }
  | { readonly do: "run"; readonly file: string; readonly debug: boolean; readonly args: readonly string[] }
  | ({ readonly do: "work" } & WorkerCommand);

export const help = `usage: tsyncio run [--debug] FILE [argument...]
       tsyncio worker [--redis URL] [option...] MODULE...
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

tsyncio worker runs jobs of a BullMQExecutor: the functions that the MODULEs export, for as long as it is not told to end.
It needs @tsyncio/bullmq. Ctrl-C and SIGTERM let the jobs end that it runs.

  --redis URL         where the queue is (redis://127.0.0.1:6379)
  --queue NAME        what it is called (tsyncio)
  --prefix NAME       what the keys of Redis begin with (bull)
  --concurrency N     how many jobs at a time, each in a thread (as many as there are cores)
  --processes         in child processes instead of threads
  --lease DELAY       for how long a job is its own without a sign of life (30s)
  --grace DELAY       how long jobs may take to end, when it is told to (30s); then others get them
  --name NAME         what it is called in the records of the queue (its host and process)
  --verbose           tells of each job

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
  if (name === "worker") return parseWorker(rest);
  if (name === "help" || name === "version") return { do: name };
  const hint =
    name.includes(".") || name.includes("/")
      ? `write tsyncio run ${name}`
      : "there are tsyncio run FILE and tsyncio worker MODULE";
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

function parseWorker(words: readonly string[]): Command {
  const { values, positionals } = read(words, {
    redis: { type: "string" },
    queue: { type: "string" },
    prefix: { type: "string" },
    concurrency: { type: "string" },
    processes: { type: "boolean" },
    lease: { type: "string" },
    grace: { type: "string" },
    name: { type: "string" },
    verbose: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  });
  if (values.help) return { do: "help" };
  if (positionals.length === 0) throw new UsageError("say which modules have the functions: tsyncio worker MODULE...");
  const { grace = "30s", verbose = false, concurrency, help: _, ...options } = values;
  if (concurrency !== undefined && !/^[1-9]\d*$/.test(concurrency)) {
    throw new UsageError(`--concurrency must be a whole number from 1 on, got ${concurrency}`);
  }
  checkDelay("grace", grace);
  if (options.lease !== undefined) checkDelay("lease", options.lease);
  const number = concurrency === undefined ? {} : { concurrency: Number(concurrency) };
  return { do: "work", modules: positionals, options: { ...options, ...number }, grace, verbose };
}

function checkDelay(name: string, text: string): void {
  try {
    if (parseDelay(text as Delay, `--${name}`) >= 0) return;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  throw new UsageError(`--${name} must not be negative, got ${text}`);
}

function parse(words: readonly string[]): { help?: boolean; version?: boolean; debug?: boolean } {
  const { values, positionals } = read(words, {
    debug: { type: "boolean" },
    help: { type: "boolean", short: "h" },
    version: { type: "boolean", short: "v" },
  });
  const [other] = positionals;
  if (other !== undefined) throw new UsageError(`unexpected argument '${other}' (tsyncio --help says which there are)`);
  return values;
}

function read<O extends ParseArgsOptionsConfig>(words: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${firstSentence((error as Error).message)} (tsyncio --help says which there are)`);
  }
}

function firstSentence(text: string): string {
  return text.replace(/\. .*$/s, "").replace(/^./, (letter) => letter.toLowerCase());
}
