import { type CoroutineGenerator, describe, isCall } from "@tsyncio/contract";
import type { Coroutine } from "./coroutine.js";
import { GeneratorCoroutine } from "./generator-coroutine.js";

/** What tells the functions that {@link coroutine} returned from others. */
const IS_COROUTINE_FUNCTION = Symbol.for("tsyncio.coroutine-function");

/**
 * Makes a generator function a coroutine function: what it returns is a {@link Coroutine}, for `yield*`, `await`, `createTask`.
 * `this` and the arguments are passed on. The counterpart of `async def`.
 */
export function coroutine<This, A extends unknown[], T>(
  fn: (this: This, ...args: A) => CoroutineGenerator<T>,
): (this: This, ...args: A) => Coroutine<T> {
  if (typeof fn !== "function") {
    throw new TypeError(`a generator function was expected by coroutine(), got ${describe(fn)}`);
  }
  const name = fn.name || "coroutine";
  const isSure = fn instanceof GeneratorFunction;
  function start(this: This, ...args: A): Coroutine<T> {
    const frame = fn.apply(this, args);
    if (!isSure && !isGenerator(frame)) {
      throw new TypeError(
        `coroutine() takes a generator function (function*), but ${name} returned ${describe(frame)}`,
      );
    }
    return new GeneratorCoroutine(frame, name);
  }
  Object.defineProperty(start, "name", { value: name, configurable: true });
  Object.defineProperty(start, IS_COROUTINE_FUNCTION, { value: true });
  return start;
}

const GeneratorFunction = Object.getPrototypeOf(function* () {}).constructor as FunctionConstructor;
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as FunctionConstructor;

/** Whether `value` is what {@link coroutine} returned, a generator function, or an async function (`asyncio.iscoroutinefunction`). */
export function isCoroutineFunction(value: unknown): boolean {
  return value instanceof AsyncFunction || givesCoroutine(value);
}

/** Whether calling `value` gives a coroutine or generator, and runs nothing yet. */
export function givesCoroutine(value: unknown): boolean {
  return typeof value === "function" && (value instanceof GeneratorFunction || IS_COROUTINE_FUNCTION in value);
}

/** Whether `value` is a generator object (or made like one). */
export function isGenerator(value: unknown): value is CoroutineGenerator<unknown> {
  const generator = value as Partial<CoroutineGenerator<unknown>> | null;
  return (
    typeof generator === "object" &&
    generator !== null &&
    typeof generator.next === "function" &&
    typeof generator.throw === "function" &&
    typeof generator.return === "function" &&
    typeof generator[Symbol.iterator] === "function" &&
    !isCall(value)
  );
}
