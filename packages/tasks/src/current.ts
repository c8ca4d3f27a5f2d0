import { type LoopContract, loopForNew, RuntimeError, registry, type StrandContract } from "@tsyncio/contract";
import { currentScope } from "./scope-cells.js";
import type { Task } from "./task.js";

/** The task that runs the caller, `null` outside of any (`asyncio.current_task`). */
export function currentTask(): Task<unknown> | null {
  const task = registry.stepping?.task ?? currentScope()?.task ?? null;
  return task as unknown as Task<unknown> | null;
}

/**
 * The signal of the innermost scope around the caller, for host functions that take one: aborted when the scope is cancelled, with the
 * `CancelledError` as reason. `null` outside any task.
 */
export function currentSignal(): AbortSignal | null {
  return currentScope()?.signal ?? null;
}

/** The tasks of `loop` (left out: the caller's) that have not ended, in the order of their creation (`asyncio.all_tasks`). */
export function allTasks(loop: LoopContract = loopForNew()): Set<Task<unknown>> {
  return new Set(loop.tasks) as unknown as Set<Task<unknown>>;
}

/** The strand that runs the caller. For packages that open scopes. */
export function currentStrand(what: string): StrandContract {
  const strand = registry.stepping;
  if (strand === null) throw new RuntimeError(`${what} should be used inside a task`);
  return strand;
}
