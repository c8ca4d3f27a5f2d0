import { fileURLToPath } from "node:url";
import type { RuntimeName } from "./case.js";

export interface Runtime {
  readonly name: RuntimeName;
  readonly program: string;
  /** What comes before the script's name. */
  readonly args: readonly string[];
}

const installed = (path: string) => fileURLToPath(new URL(`../../engines/node_modules/${path}`, import.meta.url));

/** Cases may call for a garbage collection. */
const node = ["--expose-gc"];
/** How Deno runs a script. */
export const denoArguments: readonly string[] = [
  "run",
  "--allow-all",
  "--no-config",
  "--no-lock",
  "--node-modules-dir=manual",
  "--v8-flags=--expose-gc",
];

/** All of them. The tests have Node 24 already, so it runs only when it is asked for. */
export const runtimes: readonly Runtime[] = [
  { name: "node20", program: installed("node20/bin/node"), args: node },
  { name: "node22", program: installed("node22/bin/node"), args: node },
  { name: "node24", program: process.execPath, args: node },
  { name: "node26", program: installed("node26/bin/node"), args: node },
  { name: "bun", program: installed("bun/bin/bun.exe"), args: [] },
  { name: "deno", program: installed("deno/deno"), args: denoArguments },
];
