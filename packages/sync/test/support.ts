import type { LoopContract } from "@tsyncio/contract";
import { type Coroutine, coroutine, createTask, currentTask, type Task } from "@tsyncio/tasks";
import { type Laws, type LawTools, laws, on, type Script } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";

/** A law, tried with both kinds of coroutine. */
export const both: Laws = laws(coroutine);

export const self = (): Task => currentTask() as Task;

/** One turn of the loop. */
export const turn = (): Coroutine<void> => sleep(0);

/** So many turns. */
export function* turns(count: number): Script<void> {
  for (let i = 0; i < count; i++) yield* on(turn());
}

/** Starts `script` as a task named `name`. */
export function start<T>({ fn }: Pick<LawTools, "fn">, name: string, script: () => Script<T>): Task<T> {
  return createTask<T>(fn(script, name), { name });
}

/** Runs `body` on `loop` while other loops run. */
export function runOn<T>(loop: LoopContract, body: () => PromiseLike<T>): Promise<T> {
  return loop.runUntilComplete<T>(body);
}
