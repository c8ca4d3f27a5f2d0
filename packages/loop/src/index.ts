export { type ExceptionHandler, getRunningLoop } from "@tsyncio/contract";
export { callbackContext, checkCallback, runCallback } from "./callbacks.js";
export { callerLocation, withoutOurFrames } from "./caller-location.js";
export { getEventLoop, newEventLoop, setEventLoop } from "./default-loop.js";
export { EventLoop, type LoopOptions } from "./event-loop.js";
export { Handle, TimerHandle } from "./handles.js";
export type { ReadyOrder } from "./ready-queue.js";
export { secondsOf } from "./seconds.js";
export { warnOnce } from "./warn-once.js";
