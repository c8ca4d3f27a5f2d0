import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Body, describe } from "@tsyncio/contract";
import { isCoroutine, isCoroutineFunction } from "@tsyncio/tasks";
import { loadProblem } from "./load-problem.js";
import { UsageError } from "./usage-error.js";

/** How to write a main, for messages. */
const ADVICE = "write export async function main() {…}, or export const main = coroutine(function* main() {…})";

/**
 * Imports `file` and gives the `main` that it exports, ready to be run.
 * @throws {@link UsageError} when there is none, or the file can't be loaded; what the file throws while it is loaded.
 */
export async function loadMain(file: string): Promise<Body<[], unknown>> {
  const path = resolve(file);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new UsageError(`there is no file ${file}`);
  if (stats.isDirectory()) throw new UsageError(`${file} is a directory: name the file in it that exports main`);
  return checkMain(file, await load(file, path));
}

async function load(file: string, path: string): Promise<Record<string, unknown>> {
  // A process that has nothing left to do may be given something by others, and end only the next time.
  const idle = () => process.once("exit", stuck);
  const stuck = () => {
    process.exitCode = 2;
    console.error(`tsyncio: ${file} was never loaded: a top-level await in it, or in what it imports, waits for ever`);
  };
  process.once("beforeExit", idle);
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    const problem = loadProblem(error, path);
    if (problem === null) throw error;
    throw new UsageError(`cannot load ${file}: ${problem}`);
  } finally {
    process.off("beforeExit", idle);
    process.off("exit", stuck);
  }
}

function checkMain(file: string, exported: Record<string, unknown>): Body<[], unknown> {
  const { main } = exported;
  if (main === undefined) {
    const names = Object.keys(exported);
    const others = names.length === 0 ? "nothing" : names.join(", ");
    throw new UsageError(`${file} exports no main; it exports ${others}: ${ADVICE}`);
  }
  if (typeof main !== "function") {
    const called = isCoroutine(main) || typeof (main as PromiseLike<unknown> | null)?.then === "function";
    const hint = called ? "export the function itself, without calling it" : ADVICE;
    throw new UsageError(`main of ${file} must be a coroutine function, got ${describe(main)}: ${hint}`);
  }
  return isCoroutineFunction(main) ? (main as Body<[], unknown>) : awaitable(file, main as () => unknown);
}

/** A function that is none by its looks, such as one that returns a promise. */
function awaitable(file: string, fn: () => unknown): Body<[], unknown> {
  return function main() {
    const result = fn();
    const methods = result as { then?: unknown; next?: unknown } | null | undefined;
    if (typeof methods?.then === "function" || typeof methods?.next === "function")
      return result as PromiseLike<unknown>;
    throw new UsageError(
      `main of ${file} must be a coroutine function, but it returned ${describe(result)}: ${ADVICE}`,
    );
  };
}
