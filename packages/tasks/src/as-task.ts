import {
  type CoroutineGenerator,
  describe,
  loopForNew,
  registry,
  type Startable,
  type TaskOptions,
} from "@tsyncio/contract";
import type { Task } from "./task.js";

const DEFAULTS: TaskOptions = {};

/**
 * Makes a task of `source`, which starts in the loop's next turn (`asyncio.create_task`).
 * @param source - a coroutine, a generator object, or a function that returns an awaitable: `createTask(() => fetchData(1))`
 * @throws `TypeError` for anything else; a promise or future runs already, and is none.
 */
export function createTask<T>(source: Startable<T>, options: TaskOptions = DEFAULTS): Task<T> {
  return loopForNew().createTask<T>(source, options) as unknown as Task<T>;
}

/**
 * A function each call of which runs `fn` as a task of its own, on the loop that is current now: for callbacks of the host, which would run
 * for the task that registered them. `server.on("request", asTask(async (request, response) => …))` knows its parameters; where the callee is
 * generic, as `http.createServer`, they are to be annotated.
 */
export function asTask<A extends unknown[], T, This = unknown>(
  fn: (this: This, ...args: A) => CoroutineGenerator<T> | PromiseLike<T>,
): (this: This, ...args: A) => Task<T> {
  if (typeof fn !== "function") throw new TypeError(`a function was expected by asTask(), got ${describe(fn)}`);
  const made = loopForNew();
  return function (this: This, ...args: A): Task<T> {
    const loop = made.isClosed() ? loopForNew() : made;
    return loop.createTask<T>(() => fn.apply(this, args) as PromiseLike<T>) as unknown as Task<T>;
  };
}

/** Runs `fn` with no current task: what it registers or starts belongs to nobody. */
export function outsideTask<R>(fn: () => R): R {
  if (typeof fn !== "function") throw new TypeError(`a function was expected by outsideTask(), got ${describe(fn)}`);
  return registry.outsideTask === null ? fn() : registry.outsideTask(fn);
}
