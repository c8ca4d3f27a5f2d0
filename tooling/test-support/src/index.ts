export { failure, failureOf, outcome } from "./failure.ts";
export { collectGarbage } from "./garbage.ts";
export { type Kind, type Laws, type LawTools, laws, on, type Script, type Wait } from "./laws.ts";
export { type Notebook, notebook, until } from "./notebook.ts";
export { type Ended, type Program, type ProgramOptions, runProgram, startProgram } from "./program.ts";
export { freePort, hasRedis, type Redis, startRedis, withRedis } from "./redis.ts";
export { treeLaws } from "./tree-laws.ts";
export type { Grove, Join, Tree } from "./trees.ts";
export { realWorld, type World, worldOf } from "./world.ts";
