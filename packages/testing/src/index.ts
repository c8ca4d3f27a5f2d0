export { allTasksBlocked } from "./all-tasks-blocked.js";
export type { Check, FinalCheck } from "./explore/checks.js";
export { type ExplorationReport, explore } from "./explore/explore.js";
export type { ExploreOptions, Strategy } from "./explore/options.js";
export { ExplorationError } from "./explore/report.js";
export type { ExploredRun, Program } from "./explore/run-once.js";
export { runVirtual, type VirtualRunOptions } from "./run-virtual.js";
export { cancelSweep, type Invariants, SweepError, type SweepOptions, type SweepReport } from "./sweep/cancel-sweep.js";
