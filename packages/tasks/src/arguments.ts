import { checkOptionNames, describe, isCall, isWaitable, type OptionNames } from "@tsyncio/contract";
import { isGenerator } from "./coroutine-function.js";

/** The sources and the options, which `known` names, of `who(a, b, …)` and `who([a, b], options)`. */
export function splitArguments<O extends object>(
  who: string,
  args: readonly unknown[],
  known: OptionNames<O>,
): [Iterable<unknown>, Partial<O>] {
  const [first, second, ...more] = args;
  if (isList(first)) {
    if (more.length > 0 || (second !== undefined && !isOptions(second))) {
      throw new TypeError(`${who}() takes a list and options, or awaitables; got ${describe(second)} after a list`);
    }
    if (second !== undefined) checkOptionNames(`${who}()`, second as O, known);
    return [first, (second ?? {}) as Partial<O>];
  }
  const last = args.at(-1);
  if (isOptions(last)) {
    const sources = args.length === 2 ? "[a]" : "[a, b]";
    throw new TypeError(`${who}() takes options after a list only: write ${who}(${sources}, options)`);
  }
  return [args, {}];
}

/** What is iterable and no awaitable itself. */
function isList(value: unknown): value is Iterable<unknown> {
  if (typeof value !== "object" || value === null || isCall(value) || isWaitable(value) || isGenerator(value))
    return false;
  if (typeof (value as Partial<PromiseLike<unknown>>).then === "function") return false;
  return typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === "function";
}

/** A plain object: not an awaitable of any kind. */
function isOptions(value: unknown): boolean {
  if (typeof value !== "object" || value === null || isCall(value) || isWaitable(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return typeof (value as Partial<PromiseLike<unknown>>).then !== "function";
}
