export { run } from "./run.js";
export { type RunOptions, Runner } from "./runner.js";
