export {
  CancelledError,
  ExceptionGroup,
  isCancelledError,
  rethrowCancelled,
  type TaskOptions,
} from "@tsyncio/contract";
export { type AsCompleted, asCompleted } from "./as-completed.js";
export { asTask, createTask, outsideTask } from "./as-task.js";
export { callBody } from "./body-call.js";
export { copyContext, withContext } from "./context.js";
export { Coroutine, isCoroutine, reused } from "./coroutine.js";
export { coroutine, isCoroutineFunction } from "./coroutine-function.js";
export { allTasks, currentSignal, currentStrand, currentTask } from "./current.js";
export { createEagerTaskFactory, eagerTaskFactory } from "./eager.js";
export { ensureFuture } from "./ensure-future.js";
export { forEach } from "./for-each.js";
export { onAbort } from "./foreign-signals.js";
export { type GatherOptions, gather } from "./gather.js";
export { Operation, PENDING } from "./operation.js";
export { soonest } from "./operation-promise.js";
export { PromiseCoroutine, passAsPromise } from "./promise-coroutine.js";
export { race } from "./race.js";
export { bareCell, runInCell } from "./scope-cells.js";
export { shield } from "./shield.js";
export { SingleWait } from "./single-wait.js";
export type { StackFrame } from "./stack.js";
export { Task, type TaskConstructorOptions } from "./task.js";
export { TaskGroup, type TaskGroupOptions, taskGroup } from "./task-group.js";
export { ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, type WaitOptions, wait } from "./wait.js";
export { WhenDone } from "./when-done.js";
