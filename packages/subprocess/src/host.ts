import { RuntimeError } from "@tsyncio/contract";

/** The modules of the host that processes come from. */
interface Modules {
  "node:child_process": typeof import("node:child_process");
  "node:fs": typeof import("node:fs");
  "node:os": typeof import("node:os");
  "node:path": typeof import("node:path");
  "node:util": typeof import("node:util");
  "node:worker_threads": typeof import("node:worker_threads");
}

/** What was asked for once: to ask the host costs some microseconds. */
const known: { -readonly [K in keyof Modules]?: Modules[K] } = {};

/**
 * A module of the host, without an `import`: so that who bundles for a browser may have this package among others that run there.
 * @throws `RuntimeError` where the host has no such module.
 */
export function host<K extends keyof Modules>(name: K): Modules[K] {
  const found = known[name];
  if (found !== undefined) return found as Modules[K];
  const get = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process?.getBuiltinModule;
  const module = get?.(name) as Modules[K] | undefined;
  if (module === undefined) throw new RuntimeError(`processes need ${name}, which this host has not`);
  known[name] = module;
  return module;
}

/** Whether the host has process groups, and a shell at `/bin/sh`. */
export function isPosix(): boolean {
  return process.platform !== "win32";
}
