export {
  CancelledError,
  type Delay,
  isCancelledError,
  isTimeoutError,
  rethrowCancelled,
  TimeoutError,
} from "@tsyncio/contract";
export { sleep } from "./sleep.js";
export { Timeout, type TimeoutOptions } from "./timeout.js";
export { timeout, timeoutAt } from "./timeout-functions.js";
export { waitFor } from "./wait-for.js";
