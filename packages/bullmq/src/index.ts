export { RedisConnectionError, UnknownJobError } from "./errors.js";
export { BullMQExecutor, type BullMQExecutorOptions } from "./executor.js";
export type { ClusterJobOptions, ClusterOptions } from "./options.js";
export type { ClusterJob, LifeStep } from "./remote-job.js";
export { type BullMQWorker, type BullMQWorkerOptions, startWorker, type WorkerEvent } from "./worker.js";
