import { RuntimeError } from "@tsyncio/contract";
import { IS_SOURCE } from "../wire.js";
import { loadModule } from "./load-module.js";

/** A function as a job calls it. */
export type Callable = (...args: unknown[]) => unknown;

const modules = new Map<string, Record<string, unknown>>();
const made = new Map<string, Callable>();

/** The function of a job: at once where it is known, and as a promise while its module is loaded. */
export function findFunction(where: string, name: string, flags: number): Callable | Promise<Callable> {
  if ((flags & IS_SOURCE) !== 0) return make(where);
  const module = modules.get(where);
  return module === undefined ? load(where, name) : exported(module, where, name);
}

function make(source: string): Callable {
  let fn = made.get(source);
  if (fn === undefined) {
    fn = new Function(`"use strict"; return (${source}\n);`)() as Callable;
    made.set(source, fn);
  }
  return fn;
}

async function load(url: string, name: string): Promise<Callable> {
  const module = await loadModule(url);
  modules.set(url, module);
  return exported(module, url, name);
}

function exported(module: Record<string, unknown>, url: string, name: string): Callable {
  const fn = module[name];
  if (typeof fn === "function") return fn as Callable;
  const names = Object.keys(module).join(", ") || "nothing";
  throw new RuntimeError(`${url} exports no function ${JSON.stringify(name)}; it exports ${names}`);
}
