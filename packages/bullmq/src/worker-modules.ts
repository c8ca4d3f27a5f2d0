import { describe, RuntimeError, ValueError } from "@tsyncio/contract";
import { type AnyFunction, type PoolExecutor, remote } from "@tsyncio/executors";
import { listExports } from "@tsyncio/executors/kit";
import { moduleName } from "./function-name.js";

/** The functions of a worker, by their names on every machine. */
export class WorkerFunctions {
  readonly #byName = new Map<string, AnyFunction>();

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** @throws `RuntimeError` when the worker was not started with the module of the function. */
  get(name: string): AnyFunction {
    const fn = this.#byName.get(name);
    if (fn !== undefined) return fn;
    throw new RuntimeError(`this worker has no function ${name}; it has ${this.names.join(", ")}`);
  }

  /** @throws `ValueError` when another module of that name is there. */
  add(url: string, exports: readonly string[]): void {
    const module = moduleName(url);
    for (const each of exports) {
      const name = `${module}#${each}`;
      if (this.#byName.has(name)) throw new ValueError(`two modules are called ${module}: ${url} is the second one`);
      this.#byName.set(name, remote(url, each));
    }
  }
}

/**
 * Has a worker of the pool load the modules, and gives the functions that they export.
 * @throws `ValueError` for modules that are missing, can't be loaded (`cause` says why), or export no function.
 */
export async function loadFunctions(pool: PoolExecutor, modules: readonly (string | URL)[]): Promise<WorkerFunctions> {
  const functions = new WorkerFunctions();
  const urls = new Set(modules.map(urlOf));
  for (const url of urls) {
    const exports = await exportsOf(pool, url);
    if (exports.length === 0) throw new ValueError(`${url} exports no function`);
    functions.add(url, exports);
  }
  return functions;
}

async function exportsOf(pool: PoolExecutor, url: string): Promise<string[]> {
  try {
    return await pool.submit(listExports, url);
  } catch (cause) {
    throw new ValueError(`${url} can't be loaded: ${String(cause)}`, { cause });
  }
}

function urlOf(module: string | URL): string {
  const url = module instanceof URL ? module.href : module;
  if (typeof url !== "string" || !/^(file|node):/.test(url)) {
    throw new ValueError(
      `a module's URL such as import.meta.resolve("./work.js") was expected, got ${describe(module)}`,
    );
  }
  // Refuses what is not there.
  remote(url);
  return url;
}
