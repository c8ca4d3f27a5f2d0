import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { noTypeScript } from "./load-problem.js";
import { UsageError } from "./usage-error.js";

/** What `tsyncio worker` was asked for. */
export interface WorkerCommand {
  readonly modules: readonly string[];
  readonly options: {
    readonly redis?: string;
    readonly queue?: string;
    readonly prefix?: string;
    readonly concurrency?: number;
    readonly processes?: boolean;
    readonly lease?: string;
    readonly name?: string;
  };
  readonly grace: string;
  readonly verbose: boolean;
}

/** What `@tsyncio/bullmq` has of it. This package does not depend on that one. */
interface Engine {
  startWorker(modules: readonly string[], options: object): Promise<Worker>;
}

interface Worker {
  readonly functions: readonly string[];
  close(options: { grace: string }): Promise<void>;
}

type WorkerEvent = { readonly event: string; readonly id?: string; readonly job?: string; readonly error?: Error };

/**
 * Runs a worker until the process is told to end.
 * @returns the exit code
 * @throws {@link UsageError} when `@tsyncio/bullmq` or a module is missing, or an option has a wrong value
 */
export async function runWorker({ modules, options, grace, verbose }: WorkerCommand): Promise<number> {
  const urls = modules.map(urlOf);
  const { startWorker } = await loadEngine(urls);
  const worker = await start(() =>
    startWorker(urls, { ...options, onEvent: (event: WorkerEvent) => tell(event, verbose) }),
  );
  say(`a worker of the queue ${options.queue ?? "tsyncio"}, which runs`);
  for (const name of worker.functions) say(`  ${name}`);
  const signal = await firstSignal();
  for (const each of SIGNALS) process.once(each, () => process.exit(each === "SIGINT" ? 130 : 143));
  say(`${signal}: ends when its jobs have ended, after ${grace} at the latest (a second signal: at once)`);
  await worker.close({ grace });
  return 0;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

function firstSignal(): Promise<string> {
  return new Promise((done) => {
    const listener = (signal: string) => {
      for (const each of SIGNALS) process.off(each, listener);
      done(signal);
    };
    for (const each of SIGNALS) process.on(each, listener);
  });
}

/** The program's own `@tsyncio/bullmq`, that of its modules, or one that lies beside this package. */
async function loadEngine(modules: readonly string[]): Promise<Engine> {
  const files = modules.filter((url) => url.startsWith("file:"));
  for (const from of [join(process.cwd(), "package.json"), ...files, import.meta.url]) {
    let path: string;
    try {
      path = createRequire(from).resolve("@tsyncio/bullmq");
    } catch {
      continue;
    }
    return (await import(pathToFileURL(path).href)) as Engine;
  }
  throw new UsageError("tsyncio worker needs @tsyncio/bullmq, which is not installed: npm install @tsyncio/bullmq");
}

function urlOf(module: string): string {
  if (/^(node|file):/.test(module)) return module;
  const path = resolve(module);
  if (!existsSync(path)) throw new UsageError(`there is no file ${module}`);
  return pathToFileURL(path).href;
}

async function start(startWorker: () => Promise<Worker>): Promise<Worker> {
  try {
    return await startWorker();
  } catch (error) {
    const { name, message, cause } = error as Error;
    if (!/^(ValueError|TypeError|RedisConnectionError)$/.test(name)) throw error;
    const isTypeScript = (cause as NodeJS.ErrnoException | undefined)?.code === "ERR_UNKNOWN_FILE_EXTENSION";
    throw new UsageError(isTypeScript ? noTypeScript() : message);
  }
}

let lastError = "";

function tell({ event, job, id, error }: WorkerEvent, verbose: boolean): void {
  if (event === "error") {
    // While Redis is away, each try says the same.
    const message = error?.message || String((error as NodeJS.ErrnoException | undefined)?.code);
    if (message !== lastError) say(`Redis: ${message}`);
    lastError = message;
    return;
  }
  lastError = "";
  if (event === "failed") say(`failed    ${job} ${id}: ${error?.name}: ${error?.message}`);
  else if (event === "stalled") say(`stalled   ${id}: its worker is gone, it waits for another one`);
  else if (event === "lost") say(`lost      ${id}: no sign of life for too long, another worker may have it`);
  else if (verbose || event === "returned") say(`${event.padEnd(9)} ${job} ${id}`);
}

function say(line: string): void {
  console.error(`tsyncio: ${line}`);
}
