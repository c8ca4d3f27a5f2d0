import { RuntimeError } from "@tsyncio/contract";

/** The modules of the host that sockets come from. */
interface Modules {
  "node:dgram": typeof import("node:dgram");
  "node:dns": typeof import("node:dns");
  "node:fs": typeof import("node:fs");
  "node:net": typeof import("node:net");
  "node:stream": typeof import("node:stream");
  "node:tls": typeof import("node:tls");
}

/**
 * A module of the host, without an `import`: so that who bundles for a browser may have this package among others that run there.
 * @throws `RuntimeError` where the host has no such module.
 */
export function host<K extends keyof Modules>(name: K): Modules[K] {
  const get = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process?.getBuiltinModule;
  const module = get?.(name) as Modules[K] | undefined;
  if (module === undefined) throw new RuntimeError(`streams need ${name}, which this host has not`);
  return module;
}
