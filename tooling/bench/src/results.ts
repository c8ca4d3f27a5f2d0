import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, platform, totalmem } from "node:os";
import { join } from "node:path";
import type { Python } from "./python.ts";
import type { Row } from "./rows.ts";

/** What was measured last, and on what: `results.json`. */
export interface Results {
  readonly machine: {
    readonly system: string;
    readonly processor: string;
    readonly cores: number;
    readonly memory: string;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

export const resultsFile: string = join(import.meta.dirname, "..", "results.json");

export function readResults(file: string = resultsFile): Results | null {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

/** Replaces the suites that were measured and keeps the others. */
export function writeResults(rows: readonly Row[], python: Python | null, file: string = resultsFile): void {
  const measured = new Set(rows.map((row) => row.suite));
  const kept = readResults(file)?.rows.filter((row) => !measured.has(row.suite)) ?? [];
  const results: Results = { machine: machine(), versions: versions(python), rows: [...kept, ...rows] };
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

function machine(): Results["machine"] {
  return {
    system: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  };
}

function versions(python: Python | null): Record<string, string> {
  const { dependencies } = createRequire(import.meta.url)("../package.json");
  return {
    node: process.version,
    ...Object.fromEntries(Object.entries<string>(dependencies).filter(([name]) => name !== "tsyncio")),
    ...(python && { python: python.version }),
    ...(python?.uvloop && { uvloop: python.uvloop.version }),
  };
}
