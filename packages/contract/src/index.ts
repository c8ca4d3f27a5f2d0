export * from "./awaitable.js";
export * from "./delay.js";
export * from "./describe.js";
export {
  BrokenBarrierError,
  brand,
  CancelledError,
  DeadlockError,
  IncompleteReadError,
  InvalidStateError,
  isCancelledError,
  isFatal,
  isTimeoutError,
  KeyboardInterrupt,
  LimitOverrunError,
  ProcessLookupError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RuntimeError,
  rethrowCancelled,
  SendfileNotAvailableError,
  SystemExit,
  TimeoutError,
  ValueError,
} from "./errors.js";
export * from "./exception-group.js";
export * from "./host.js";
export * from "./loop.js";
export * from "./options.js";
export * from "./registry.js";
export * from "./scope.js";
export * from "./step.js";
