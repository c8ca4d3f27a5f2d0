import { CancelledError, type TaskContract } from "@tsyncio/contract";
import { coroutine, createTask, gather } from "@tsyncio/tasks";
import { type Kind, on, type Script } from "@tsyncio/test-support";
import type { ExploredRun, Program } from "@tsyncio/testing";

/** A program in either kind of coroutine, for `size` tasks. */
export type Proof = (kind: Kind, size: number) => Program;

/** A {@link Proof} from the script of its main, which says what must hold. */
export function proof(script: (t: ExploredRun, kind: Kind, size: number) => Script<unknown>): Proof {
  return (kind, size) => kind.define((t: ExploredRun) => script(t, kind, size), "main") as Program;
}

/** Runs `script` in so many tasks, and waits until all have ended. They may be cancelled; an error of theirs is thrown. */
export function* inTasks(
  kind: Kind,
  size: number,
  script: (index: number) => Script<unknown>,
  name = "worker",
): Script<readonly TaskContract[]> {
  const tasks = startTasks(kind, size, script, name);
  yield* on(ended(tasks));
  return tasks;
}

/** Waits until all tasks have ended, and throws the first error. */
export const ended = coroutine(function* ended(tasks: readonly TaskContract[]) {
  const outcomes = yield* gather(tasks, { returnExceptions: true });
  for (const outcome of outcomes) if (outcome instanceof Error && !(outcome instanceof CancelledError)) throw outcome;
});

/** Runs `script` in so many tasks. */
export function startTasks(
  kind: Kind,
  size: number,
  script: (index: number) => Script<unknown>,
  name = "worker",
): TaskContract[] {
  return Array.from({ length: size }, (_, i) => {
    const body = kind.define(() => script(i), name);
    return createTask(body as never, { name: `${name}-${i}` }) as unknown as TaskContract;
  });
}
