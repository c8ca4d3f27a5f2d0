import { describe, type LoopContract, type ResultOf, type Startable } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { outsideTask } from "@tsyncio/tasks";
import type { AnyFunction } from "../remote.js";
import { CallFuture, callSoon } from "./calls.js";

/**
 * Inside a job: calls a function of the main thread and gives the future of its result (`asyncio.run_coroutine_threadsafe`). It is one of
 * those that the executor was given as `functions`, and runs as a task on the loop of the submit; cancelling the future, and the end of the job,
 * cancel that task. Errors come back as they do from workers.
 *
 * With a coroutine, or a function that returns an awaitable, and a loop: makes it a task of that loop, from wherever this is called.
 * @throws `RuntimeError` outside of jobs; the future fails with one when there is no such function.
 */
export function runCoroutineThreadsafe<F extends AnyFunction>(
  name: string,
  ...args: Parameters<F>
): Future<ResultOf<F>>;
export function runCoroutineThreadsafe<T>(source: Startable<T>, loop: LoopContract): Future<T>;
export function runCoroutineThreadsafe(what: unknown, ...rest: unknown[]): Future<unknown> {
  if (typeof what === "string") return new CallFuture(what, rest);
  const loop = rest[0] as LoopContract;
  if (typeof loop?.callSoonThreadsafe !== "function") {
    throw new TypeError(`loop must be an event loop, got ${describe(loop)}`);
  }
  return new TaskFuture(what as Startable<unknown>, loop);
}

/**
 * Inside a job: calls a function of the main thread soon, and does not wait for it (`loop.call_soon_threadsafe`). It is one of those that the
 * executor was given as `functions`. An error goes to the exception handler of the loop.
 * @throws `RuntimeError` outside of jobs.
 */
export function callSoonThreadsafe<F extends AnyFunction>(name: string, ...args: Parameters<F>): void {
  if (typeof name !== "string") throw new TypeError(`the name of a function was expected, got ${describe(name)}`);
  callSoon(name, args);
}

/** The future of a task that a loop makes in its next turn. */
class TaskFuture extends Future<unknown> {
  #task: { cancel(reason?: unknown): boolean } | null = null;

  constructor(source: Startable<unknown>, loop: LoopContract) {
    super({ loop });
    outsideTask(() => loop.callSoonThreadsafe(() => this.#start(source, loop)));
  }

  override cancel(reason?: unknown): boolean {
    if (!super.cancel(reason)) return false;
    this.#task?.cancel(reason);
    return true;
  }

  #start(source: Startable<unknown>, loop: LoopContract): void {
    if (this.done()) return;
    try {
      const task = loop.createTask(source);
      this.#task = task;
      task.addDoneCallback(() => {
        if (this.done()) return;
        if (task.cancelled()) super.cancel(task.cancelReason());
        else if (task.exception() !== null) this.fail(task.exception());
        else this.finish(task.result());
      });
    } catch (error) {
      this.fail(error);
    }
  }
}
