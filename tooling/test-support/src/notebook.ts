import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A file in which other processes leave lines, and a gate that they wait at. */
export interface Notebook {
  readonly file: string;
  /** A file that is there once it is open. */
  readonly gate: string;
  /** The lines that are whole: a process may be about to write another. */
  lines(): string[];
  /** Resolves when it has so many lines. */
  has(count: number): Promise<void>;
  /** Opens the gate. */
  open(): void;
}

export async function notebook(): Promise<Notebook> {
  const folder = await mkdtemp(join(tmpdir(), "tsyncio-notebook-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [file, gate] = [join(folder, "lines"), join(folder, "gate")];
  const lines = () => (existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : []);
  return {
    file,
    gate,
    lines,
    has: (count) => until(() => lines().length >= count),
    open: () => writeFileSync(gate, ""),
  };
}

/** Looks again and again until it holds: for what other processes do. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
