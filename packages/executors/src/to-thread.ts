import { type Body, describe, loopForNew, type Waitable } from "@tsyncio/contract";
import { type Coroutine, SingleWait } from "@tsyncio/tasks";
import "./default-executor.js";
import { type AnyFunction, exportOf } from "./remote.js";
import { sourceOf } from "./self-contained.js";

/**
 * Calls `fn(...args)` in a thread of the loop's default executor (`asyncio.to_thread`), once it is awaited or made a task.
 * `loop.setDefaultExecutor` says which that is; left to itself, it has a thread for each core.
 * @throws `TypeError` at the call for a function that can't be sent.
 */
export function toThread<A extends unknown[], T>(fn: Body<A, T>, ...args: A): Coroutine<T>;
export function toThread<A extends unknown[], T>(fn: (...args: A) => T, ...args: A): Coroutine<T>;
export function toThread(fn: AnyFunction, ...args: unknown[]): Coroutine<unknown> {
  if (typeof fn !== "function") throw new TypeError(`a function was expected by toThread(), got ${describe(fn)}`);
  if (exportOf(fn) === undefined) sourceOf(fn);
  return new ToThread(fn, args);
}

class ToThread extends SingleWait<unknown> {
  private readonly _fn: AnyFunction;
  private readonly _args: unknown[];

  constructor(fn: AnyFunction, args: unknown[]) {
    super();
    this._fn = fn;
    this._args = args;
  }

  get name(): string {
    return "toThread";
  }

  protected override begin(): Waitable {
    return loopForNew().runInExecutor(null, this._fn as (...args: unknown[]) => unknown, ...this._args);
  }

  protected override end(sent: unknown): unknown {
    return sent;
  }
}
