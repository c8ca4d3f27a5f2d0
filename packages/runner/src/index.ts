export { CancelledError, DeadlockError, KeyboardInterrupt, SystemExit } from "@tsyncio/contract";
export { run } from "./run.js";
export { Runner, type RunOptions } from "./runner.js";
