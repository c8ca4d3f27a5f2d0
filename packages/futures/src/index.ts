export { CancelledError, InvalidStateError, isCancelledError, rethrowCancelled } from "@tsyncio/contract";
export { failureOf, tell } from "./failure.js";
export { fromCallback, isFuture, wrapFuture } from "./from-callback.js";
export { type FromPromiseOptions, fromPromise } from "./from-promise.js";
export { Future, type FutureOptions, makeCancelledError } from "./future.js";
export { observe } from "./native-wait.js";
