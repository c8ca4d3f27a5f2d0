export { run } from "./run.js";
export { Runner, type RunOptions } from "./runner.js";
