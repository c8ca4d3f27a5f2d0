#!/usr/bin/env node
import { createRequire } from "node:module";
import { help, parseCommandLine } from "./command-line.js";
import { runFile } from "./run-file.js";
import { runWorker } from "./run-worker.js";
import { UsageError } from "./usage-error.js";

/** Does what the command line says. Returns the exit code, `null` to leave the end to the host. */
async function tsyncio(words: readonly string[]): Promise<number | null> {
  const command = parseCommandLine(words);
  if (command.do === "run") return runFile(command.file, command.args, command.debug);
  if (command.do === "work") return runWorker(command);
  process.stdout.write(command.do === "help" ? help : `${version()}\n`);
  return null;
}

function version(): string {
  return (createRequire(import.meta.url)("../../package.json") as { version: string }).version;
}

/** Ends the process when what it wrote is out: pipes may take their time. */
async function end(code: number): Promise<void> {
  const written = (stream: NodeJS.WriteStream) => new Promise<void>((done) => stream.write("", () => done()));
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit(code);
}

tsyncio(process.argv.slice(2))
  .catch((error) => {
    if (!(error instanceof UsageError)) throw error;
    console.error(`tsyncio: ${error.message}`);
    return 2;
  })
  .then((code) => (code === null ? undefined : end(code)));
