import { coroutine, currentTask, type Task } from "@tsyncio/tasks";
import { type Laws, laws } from "@tsyncio/test-support";

/** A law, tried with both kinds of coroutine. */
export const both: Laws = laws(coroutine);

export const self = (): Task => currentTask() as Task;
