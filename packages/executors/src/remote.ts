import { describe, ValueError } from "@tsyncio/contract";
import { builtin } from "./host.js";
import { shared } from "./shared.js";

/** Any function. */
export type AnyFunction = (...args: never[]) => unknown;

/** The exported functions of a module, as {@link remote} gives them. */
export type RemoteModule<M extends object> = { readonly [K in FunctionNames<M>]: M[K] };

/** The names under which a module exports functions. */
export type FunctionNames<M extends object> = {
  [K in keyof M]: M[K] extends AnyFunction ? K : never;
}[keyof M];

/** Where a worker finds a function: the module that exports it, and its name there. */
export interface Export {
  readonly url: string;
  readonly name: string;
}

const exportsOf = shared("exports.1", () => new WeakMap<AnyFunction, Export>());

/** What {@link remote} said of `fn`. */
export function exportOf(fn: AnyFunction): Export | undefined {
  return exportsOf.get(fn);
}

/**
 * Says where workers find a function, which they import by themselves: an exported function of a module.
 *
 *     remote(import.meta.url, hash)                    // an export of this very module
 *     remote<typeof import("./work.js")>(url)          // all functions of another module: work.hash, …
 *     remote<typeof hash>(import.meta.url, "hash")     // by name
 *
 * Give what it returns to an executor, in the place of the function.
 * @param module - `import.meta.url`, `new URL("./work.js", import.meta.url)`, `import.meta.resolve("package")`, `"node:zlib"`
 * @throws `ValueError` at the call when there is no such module, or when it cannot have such an export.
 */
export function remote<F extends AnyFunction>(module: string | URL, fn: F): F;
export function remote<M extends object>(module: string | URL): RemoteModule<M>;
export function remote<M extends object, K extends FunctionNames<M> & string>(module: string | URL, name: K): M[K];
export function remote<F extends AnyFunction = (...args: unknown[]) => unknown>(module: string | URL, name: string): F;
export function remote(module: string | URL, what?: AnyFunction | string): AnyFunction | object {
  const url = urlOf(module);
  if (what === undefined) return moduleProxy(url);
  if (typeof what === "string") return reference(url, what);
  if (typeof what !== "function") {
    throw new TypeError(`a function or the name of an export was expected by remote(), got ${describe(what)}`);
  }
  if (what.name === "") throw new TypeError("remote() takes exported functions, and this one has no name");
  checkExport(url, what.name);
  exportsOf.set(what, { url, name: what.name });
  return what;
}

function reference(url: string, name: string): AnyFunction {
  checkExport(url, name);
  const stand = () => {
    throw new TypeError(`${name} of ${url} is for an executor to run: submit(${name}, …), toThread(${name}, …)`);
  };
  Object.defineProperty(stand, "name", { value: name });
  exportsOf.set(stand, { url, name });
  return stand;
}

function moduleProxy(url: string): object {
  const known = new Map<string, AnyFunction>();
  return new Proxy(Object.freeze(Object.create(null)), {
    get(_, name) {
      // A promise is resolved with what has no `then`.
      if (typeof name !== "string" || name === "then") return undefined;
      let fn = known.get(name);
      if (fn === undefined) known.set(name, (fn = reference(url, name)));
      return fn;
    },
  });
}

function urlOf(module: string | URL): string {
  const text = typeof module === "string" ? module : module instanceof URL ? module.href : null;
  if (text === null) throw new TypeError(`a URL such as import.meta.url was expected, got ${describe(module)}`);
  if (text.startsWith("node:") || text.startsWith("data:")) return text;
  if (!text.startsWith("file:")) {
    throw new ValueError(`a URL such as import.meta.url was expected, got ${describe(text)}`);
  }
  if (!builtin("node:fs").existsSync(new URL(text))) throw new ValueError(`there is no module ${text}`);
  return text;
}

/** What was read of modules; `null`: not text that says its exports. */
const sources = new Map<string, string | null>();

/** Refuses what surely is no export. The rest turns out in the worker, which loads the module. */
function checkExport(url: string, name: string): void {
  if (url.startsWith("node:")) {
    const module = globalThis.process?.getBuiltinModule?.(url) as Record<string, unknown> | undefined;
    if (module === undefined) throw new ValueError(`there is no module ${url}`);
    if (typeof module[name] !== "function") throw new ValueError(`${url} exports no function ${JSON.stringify(name)}`);
    return;
  }
  let source = sources.get(url);
  if (source === undefined) {
    const isScript = url.startsWith("file:") && /\.[cm]?[jt]sx?$/.test(new URL(url).pathname);
    source = isScript ? builtin("node:fs").readFileSync(new URL(url), "utf8") : null;
    sources.set(url, source);
  }
  if (source === null || mayExport(source, name)) return;
  throw new ValueError(`${url} does not export ${JSON.stringify(name)}`);
}

function mayExport(source: string, name: string): boolean {
  if (/\bexports\b|\bexport\s*\*/.test(source)) return true;
  const word = `(?<![\\w$])${name.replace(/[$\\^*+?.()|[\]{}]/g, "\\$&")}(?![\\w$])`;
  const declared = `\\bexport\\s+(?:async\\s+)?(?:function\\s*\\*?|class|const|let|var)\\b[^;=(]*?${word}`;
  const further = `\\bexport\\s+(?:const|let|var)\\b[^;]*${word}`;
  const listed = `\\bexport\\s*\\{[^}]*${word}[^}]*\\}`;
  const isDefault = name === "default" && /\bexport\s+default\b/.test(source);
  return isDefault || [declared, further, listed].some((pattern) => new RegExp(pattern).test(source));
}
