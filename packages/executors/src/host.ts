import { RuntimeError } from "@tsyncio/contract";

/**
 * The modules of the host, taken when they are needed: a bundle for a browser that has this package in it, unused, still loads, and a
 * program that starts no worker loads no pool.
 */
interface Builtins {
  "node:child_process": typeof import("node:child_process");
  "node:fs": typeof import("node:fs");
  "node:module": typeof import("node:module");
  "node:os": typeof import("node:os");
  "node:url": typeof import("node:url");
  "node:util": typeof import("node:util");
  "node:v8": typeof import("node:v8");
  "node:worker_threads": typeof import("node:worker_threads");
}

/** @throws `RuntimeError` on hosts without Node's modules. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  const module = globalThis.process?.getBuiltinModule?.(name);
  if (module === undefined) throw new RuntimeError(`executors need a host with Node's modules: there is no ${name}`);
  return module as Builtins[Name];
}

interface Libraries {
  acorn: typeof import("acorn");
  "eslint-scope": typeof import("eslint-scope");
  piscina: typeof import("piscina");
}

/** What the pools load in their workers. */
export function workerFile(): string {
  const url = new URL("./worker/main.js", import.meta.url);
  if (builtin("node:fs").existsSync(url)) return url.href;
  throw new RuntimeError(
    "executors can't be part of a bundle, which has no file for workers: mark @tsyncio/executors as external",
  );
}

/** As a bundler can't follow it: it would make a bundle of several files for a pool that may never be used. */
export function loadTinypool(): Promise<typeof import("tinypool")> {
  const name = "tinypool";
  return import(name);
}

/** A dependency that is loaded when it is needed, inside a call. */
export function library<Name extends keyof Libraries>(name: Name): Libraries[Name] {
  return builtin("node:module").createRequire(import.meta.url)(name);
}
