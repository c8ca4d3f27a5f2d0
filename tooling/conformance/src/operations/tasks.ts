// Section 5.3: tasks, groups, and waiting for several things.
import {
  allTasks,
  createTask,
  currentTask,
  type Future,
  gather,
  shield,
  type Task,
  TaskGroup,
  taskGroup,
  wait,
  waitFor,
} from "../library.ts";
import type { AwaitableArgument } from "../program.ts";
import { named, type Runtime } from "../runtime.ts";
import type { OperationTable } from "./table.ts";

function gatherAll(
  runtime: Runtime,
  awaitables: readonly AwaitableArgument[],
  returnExceptions: boolean,
): Future<unknown> {
  const list = runtime.awaitables(awaitables);
  return returnExceptions ? gather(list, { returnExceptions }) : gather(list);
}

/** Puts a new task into its slot; the value is its name. */
function store(runtime: Runtime, slot: string, task: Task<unknown>): string {
  runtime.slots.set(slot, task);
  return task.getName();
}

export const tasks: OperationTable = {
  synchronous: {
    spawn: (runtime, slot, body, name) => store(runtime, slot, createTask(runtime.coroutine(body), { name })),
    spawnEager: (runtime, slot, body, name) =>
      store(runtime, slot, createTask(runtime.coroutine(body), { name, eagerStart: true })),
    tgSpawn: (runtime, group, slot, body, name) =>
      store(runtime, slot, named(runtime.groups, group).createTask(runtime.coroutine(body), { name })),
    gatherTo: (runtime, slot, awaitables, returnExceptions) =>
      runtime.storeFuture(slot, gatherAll(runtime, awaitables, returnExceptions)),
    shieldTo: (runtime, slot, awaitable) => runtime.storeFuture(slot, shield(runtime.awaitable(awaitable))),
    cancel: (runtime, slot, message) =>
      message === null ? runtime.task(slot).cancel() : runtime.task(slot).cancel(message),
    cancelling: (runtime, slot) => runtime.task(slot).cancelling(),
    uncancel: (runtime, slot) => runtime.task(slot).uncancel(),
    currentTask: () => currentTask()?.getName(),
    allTasks: () => Array.from(allTasks(), (task) => task.getName()),
    taskName: (runtime, slot) => runtime.task(slot).getName(),
    setName: (runtime, slot, name) => runtime.task(slot).setName(name),
  },
  awaiting: {
    await: (runtime, slot) => runtime.future(slot),
    gather: gatherAll,
    shield: (runtime, awaitable) => shield(runtime.awaitable(awaitable)),
    wait: (runtime, slots, timeout, returnWhen) => wait(runtime.awaitables(slots), { timeout, returnWhen }),
    waitFor: (runtime, awaitable, delay) => waitFor(runtime.awaitable(awaitable), delay),
  },
  blocks: {
    taskGroup: (runtime, body, name) =>
      runtime.isDeclared(name) ? named(runtime.groups, name).run(body) : taskGroup(body),
  },
  objects: {
    taskGroup: (runtime, name) => runtime.groups.set(name, new TaskGroup()),
  },
};
