export { CancelledError, type Delay, type Executor, isCancelledError, rethrowCancelled } from "@tsyncio/contract";

import "./default-executor.js";

export { BrokenWorkerError } from "./errors.js";
export { ProcessPoolExecutor, ThreadPoolExecutor } from "./executors.js";
export type { Job } from "./job.js";
export type { MapOptions, Results } from "./map.js";
export type { CancelOptions, PoolExecutor, PoolOptions } from "./pool-executor.js";
export { type QueueProxy, queueProxy } from "./queue-proxy.js";
export { type AnyFunction, type FunctionNames, type RemoteModule, remote } from "./remote.js";
export type { Reports } from "./reports.js";
export { toThread } from "./to-thread.js";
export { type Transferable, transfer } from "./transfer.js";
export { checkCancelled, report } from "./worker/inside.js";
export { callSoonThreadsafe, runCoroutineThreadsafe } from "./worker/run-in-loop.js";
export type { WorkerOptions } from "./worker-pool.js";
