// Functions that the tests run on workers that are processes of their own.
import { appendFileSync, existsSync } from "node:fs";
import { remote, sleep } from "tsyncio";

const here = import.meta.url;

/** Leaves a line when it begins, and one when it ends, which is when `gate` is there; then gives its worker's process id. */
export const waitFor = remote(here, async function waitFor(file: string, gate: string, name: string): Promise<number> {
  appendFileSync(file, `${name} begins in ${process.pid}\n`);
  while (!existsSync(gate)) await sleep("5ms");
  appendFileSync(file, `${name} ends in ${process.pid}\n`);
  return process.pid;
});

export const double = remote(here, function double(n: number): number {
  return 2 * n;
});

export const note = remote(here, function note(file: string, line: string): string {
  appendFileSync(file, `${line}\n`);
  return line;
});
