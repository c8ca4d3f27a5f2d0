/**
 * What executors of other packages are made of: how functions are named, values and errors checked and sent, reports and results
 * iterated. For who writes one; who uses executors has no need of it.
 */
export { reportTo } from "./job.js";
export { type MapOptions, mapCalls, type Results, type Submit } from "./map.js";
export { submitChunk, terminateAfter } from "./pool-executor.js";
export { LocalQueue } from "./queue-proxy.js";
export { type Export, exportOf } from "./remote.js";
export { decodeFailure, encodeFailure, type SentError, type SentFailure } from "./remote-errors.js";
export { ReportChannel, type ReportSink } from "./reports.js";
export { checkSendable, type Medium } from "./sendable.js";
export { listExports } from "./worker/list-exports.js";
export { checkNotLoading } from "./worker/worker-context.js";
