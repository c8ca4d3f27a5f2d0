import type { LoopContract, Startable, TaskContract, TaskFactory, TaskOptions } from "@tsyncio/contract";
import { Task, type TaskConstructorOptions } from "./task.js";

/** A task factory that makes tasks of `TaskClass` and runs their first step at once (`asyncio.create_eager_task_factory`). */
export function createEagerTaskFactory(
  TaskClass: new <T>(source: Startable<T>, options: TaskConstructorOptions) => TaskContract<T>,
): TaskFactory {
  return <T>(loop: LoopContract, source: Startable<T>, options: TaskOptions) =>
    new TaskClass<T>(source, { eagerStart: true, ...options, loop });
}

/**
 * Runs the first step of every task inside `createTask` (`asyncio.eager_task_factory`): `loop.setTaskFactory(eagerTaskFactory)`. A generator
 * coroutine that does not wait is done when `createTask` returns; an async function runs to its first `await`.
 */
export const eagerTaskFactory: TaskFactory = createEagerTaskFactory(Task);
