// Files of programs: one JSON object in each line, compressed or not.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Program } from "./program.ts";
import { UsageError } from "./usage-error.ts";

const CORPUS = join(import.meta.dirname, "..", "corpus");

/** The files of the project's own corpus. */
export function corpusFiles(): string[] {
  return readdirSync(CORPUS)
    .filter((name) => /\.jsonl(\.gz)?$/.test(name))
    .sort()
    .map((name) => join(CORPUS, name));
}

/** @throws {@link UsageError} that says what is wrong with the file, and in which line. */
export function readPrograms(file: string): Program[] {
  const programs: Program[] = [];
  for (const [i, line] of readText(file).split("\n").entries()) {
    if (line.trim() !== "") programs.push(parseProgram(line, file, i + 1));
  }
  if (programs.length === 0) throw new UsageError(`${file}: no programs in it`);
  return programs;
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file);
    const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (isCompressed ? gunzipSync(bytes) : bytes).toString("utf8");
  } catch (error) {
    throw new UsageError(`${file}: cannot be read: ${(error as Error).message}`);
  }
}

function parseProgram(line: string, file: string, number: number): Program {
  const fail = (what: string): never => {
    throw new UsageError(`${file}:${number}: ${what}`);
  };
  const program = parseJson(line, fail);
  if (typeof program !== "object" || program === null) return fail("not a program: no JSON object");
  const { bodies, main, trace } = program as Partial<Program>;
  if (!(Array.isArray(bodies) && bodies.every(isOperations)))
    return fail("not a program: `bodies` is no list of bodies");
  if (!(Number.isInteger(main) && bodies[main as number])) return fail("not a program: `main` is no index of a body");
  if (!isTrace(trace)) return fail("the program has no `trace` to compare with");
  const labels = { id: `${basename(file)}:${number}`, family: basename(file) };
  return { ...labels, ...(program as Program) };
}

function parseJson(line: string, fail: (what: string) => never): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    return fail(`not JSON: ${(error as Error).message}`);
  }
}

function isOperations(body: unknown): boolean {
  return Array.isArray(body) && body.every((operation) => Array.isArray(operation) && typeof operation[0] === "string");
}

function isTrace(trace: unknown): boolean {
  return Array.isArray(trace) && trace.every((line) => typeof line === "string");
}
