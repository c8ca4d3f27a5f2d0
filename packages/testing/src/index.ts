export { allTasksBlocked } from "./all-tasks-blocked.js";
export { runVirtual, type VirtualRunOptions } from "./run-virtual.js";
