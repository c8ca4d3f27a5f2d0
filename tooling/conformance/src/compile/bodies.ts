// Makes functions of a program's source, and gives them what they use.
import { matches } from "../errors.ts";
import { asCompleted, type Coroutine, coroutine, forEach } from "../library.ts";
import { awaiting, blocks, synchronous } from "../operations/index.ts";
import { namesAreSet } from "../operations/names.ts";
import type { BlockBody } from "../operations/table.ts";
import type { AwaitableArgument, Predicate, Program } from "../program.ts";
import type { Runtime } from "../runtime.ts";
import type { Syntax } from "./context.ts";
import { compileProgram } from "./program.ts";

export type Source = Coroutine<unknown> | (() => Promise<unknown>);

export interface Bodies {
  /** By index: makes a coroutine of the body. */
  readonly sources: (() => Source)[];
  /** By index, for those that are used so: runs the body as a callback. */
  readonly callbacks: Map<number, () => void>;
}

/** The names that the source uses. */
function scopeOf(runtime: Runtime) {
  const { line } = runtime.trace;

  function ready(at: string, operation: string, args: unknown[]): boolean {
    if (namesAreSet(runtime, operation, args)) return true;
    line(at, operation, "?");
    return false;
  }

  function holds(at: string, predicate: Predicate): boolean {
    const value = runtime.holds(predicate);
    line(at, "if", "=", value);
    return value;
  }

  function perform(at: string, operation: string, args: unknown[]): void {
    if (!ready(at, operation, args)) return;
    let value: unknown;
    try {
      value = synchronous.get(operation)?.(runtime, ...args);
    } catch (error) {
      line(at, operation, "!", error);
      throw error;
    }
    line(at, operation, "=", value);
  }

  function start(operation: string, args: unknown[]): unknown {
    return awaiting.get(operation)?.(runtime, ...args);
  }

  function open(block: string, args: unknown[], body: BlockBody): unknown {
    return blocks.get(block)?.(runtime, body, ...args);
  }

  function completions(awaitables: AwaitableArgument[], timeout: number | null) {
    return asCompleted(runtime.awaitables(awaitables), { timeout });
  }

  /** How a block says that it was left by `break`. */
  const BREAK = Symbol("break");
  /** The coroutine functions of the bodies, by index. */
  const inline: unknown[] = [];
  const functions = { line, ready, holds, perform, start, open, completions };
  return { runtime, coroutine, forEach, matches, BREAK, inline, ...functions };
}

export function bodiesOf(program: Program, syntax: Syntax, runtime: Runtime): Bodies {
  const bodies: Bodies = { sources: [], callbacks: new Map() };
  const scope = { ...scopeOf(runtime), ...bodies };
  new Function(...Object.keys(scope), compileProgram(program, syntax))(...Object.values(scope));
  return bodies;
}
