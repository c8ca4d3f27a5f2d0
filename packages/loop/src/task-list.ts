import type { TaskContract, TaskRegister } from "@tsyncio/contract";

/**
 * The tasks of a loop that have not ended, in the order of their creation: a doubly linked list through the tasks themselves. A `Set`
 * of 100,000 tasks costs a fifth of the time that it takes to make them.
 */
export class TaskList implements TaskRegister {
  #first: TaskContract | null = null;
  #last: TaskContract | null = null;
  size = 0;

  add(task: TaskContract): void {
    task.taskBefore = this.#last;
    if (this.#last === null) this.#first = task;
    else this.#last.taskAfter = task;
    this.#last = task;
    this.size++;
  }

  /** Takes out a task that is in the list. */
  delete(task: TaskContract): void {
    const { taskBefore, taskAfter } = task;
    if (taskBefore === null) this.#first = taskAfter;
    else taskBefore.taskAfter = taskAfter;
    if (taskAfter === null) this.#last = taskBefore;
    else taskAfter.taskBefore = taskBefore;
    task.taskBefore = null;
    task.taskAfter = null;
    this.size--;
  }

  /** Goes through the tasks of now, whatever ends in the meantime. */
  [Symbol.iterator](): Iterator<TaskContract> {
    const tasks: TaskContract[] = [];
    for (let task = this.#first; task !== null; task = task.taskAfter) tasks.push(task);
    return tasks.values();
  }
}
