import { isWaitable, type Runnable, type TaskContract, type TimerEntry } from "@tsyncio/contract";

/** The task whose step `runnable` is; `null` for callbacks. */
export function taskOf(runnable: Runnable): TaskContract | null {
  const { task, scope } = runnable as Partial<{ task: TaskContract; scope: { task: TaskContract } }>;
  if (task !== undefined) return task;
  if (typeof (runnable as Partial<TaskContract>).getCoro === "function") return runnable as Runnable & TaskContract;
  return scope?.task ?? null;
}

/** Whether `runnable` is a timer that has come up. */
export function isTimer(runnable: Runnable): runnable is TimerEntry {
  return typeof (runnable as Partial<TimerEntry>).when === "function";
}

/**
 * What tasks and callbacks are called, so that it is the same in every run of a program: a task by its own name, if it was given one, else
 * by its function's, numbered from the second on. (`Task-17` counts the tasks of the process.)
 */
export class Names {
  readonly #names = new Map<TaskContract, string>();
  readonly #given = new Map<string, string>();
  readonly #taken = new Map<string, number>();

  ofTask(task: TaskContract): string {
    let name = this.#names.get(task);
    if (name === undefined) {
      const own = task.getName();
      const isGiven = !/^Task-\d+$/.test(own);
      const base = isGiven ? own : task.getCoro().name;
      const count = (this.#taken.get(base) ?? 0) + 1;
      this.#taken.set(base, count);
      name = count === 1 ? base : `${base}#${count}`;
      this.#names.set(task, name);
      if (!isGiven) this.#given.set(own, name);
    }
    return name;
  }

  ofRunnable(runnable: Runnable): string {
    const task = taskOf(runnable);
    if (task !== null) return this.ofTask(task);
    if (isTimer(runnable)) return isWaitable(runnable) ? "timer" : this.inText(String(runnable));
    return this.inText(String(runnable));
  }

  /** `text` with the names that its tasks have here. */
  inText(text: string): string {
    return text.replace(/\bTask-\d+\b/g, (own) => this.#given.get(own) ?? own);
  }
}
