// All that the interpreter uses of tsyncio: public names, nothing else. What is compiled sees the same names.
export {
  type Body,
  BrokenBarrierError,
  CancelledError,
  DeadlockError,
  ExceptionGroup,
  InvalidStateError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RuntimeError,
  SystemExit,
  TimeoutError,
  ValueError,
} from "@tsyncio/contract";
export { Future, isFuture } from "@tsyncio/futures";
export { type EventLoop, type Handle, newEventLoop } from "@tsyncio/loop";
export { virtualHost } from "@tsyncio/loop/virtual";
export {
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  LifoQueue,
  Lock,
  PriorityQueue,
  Queue,
  Semaphore,
} from "@tsyncio/sync";
export {
  allTasks,
  asCompleted,
  type Coroutine,
  coroutine,
  createTask,
  currentTask,
  forEach,
  gather,
  shield,
  Task,
  TaskGroup,
  taskGroup,
  wait,
} from "@tsyncio/tasks";
export { sleep, Timeout, timeout, timeoutAt, waitFor } from "@tsyncio/timeouts";
