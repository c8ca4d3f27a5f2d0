import { library } from "./host.js";
import type { AnyFunction } from "./remote.js";

const sources = new WeakMap<AnyFunction, string>();

const HELP = "export it, and give remote(import.meta.url, …) instead";

/**
 * The text of a function that stands alone, for a worker to make it again.
 * @throws `TypeError` for one that uses what is defined outside of it, and for those that have no text of their own.
 */
export function sourceOf(fn: AnyFunction): string {
  let source = sources.get(fn);
  if (source === undefined) {
    source = Function.prototype.toString.call(fn);
    check(fn.name === "" ? "the function" : fn.name, source);
    sources.set(fn, source);
  }
  return source;
}

function check(name: string, source: string): void {
  if (/^class\b/.test(source)) throw new TypeError(`${name} can't be sent to a worker: it is a class`);
  if (/\{\s*\[native code\]\s*\}$/.test(source)) {
    throw new TypeError(
      `${name} can't be sent to a worker: it is native or bound; write a function that calls it, ${HELP}`,
    );
  }
  const program = parse(name, source);
  const outer = outerNames(program);
  if (outer.length > 0) {
    const way = outer.includes('"require"') ? "write await import(…) inside of it" : "pass it as an argument";
    throw new TypeError(
      `${name} can't be sent to a worker: it uses ${outer.join(", ")} from outside, which a worker does not have; ${way}, or ${HELP}`,
    );
  }
}

function parse(name: string, source: string): Node {
  try {
    return library("acorn").parse(`(${source})`, {
      ecmaVersion: "latest",
      sourceType: "module",
      ranges: true,
    }) as unknown as Node;
  } catch (cause) {
    const what = /^(get |set |static |async )*[\w$[#"']+.*\)\s*\{/s.test(source)
      ? "a method"
      : "no expression by itself";
    throw new TypeError(`${name} can't be sent to a worker: it is ${what}; ${HELP}`, { cause });
  }
}

interface Node {
  readonly type: string;
  readonly meta?: { readonly name: string };
}

/** What `program` uses and does not define, and no worker has. */
function outerNames(program: Node): string[] {
  const { analyze } = library("eslint-scope");
  const scopes = analyze(program as Parameters<typeof analyze>[0], { ecmaVersion: 2022, sourceType: "script" });
  const names = new Set<string>();
  for (const { identifier } of scopes.globalScope?.through ?? []) {
    const { name } = identifier as { name: string };
    if (!(name in globalThis)) names.add(JSON.stringify(name));
  }
  if (has(program, isThis, hasOwnThis)) names.add("this");
  if (has(program, isImportMeta)) names.add("import.meta");
  return [...names];
}

/** Whether some part of `node` is what `isIt` says, outside of those parts that `isApart`. */
function has(node: unknown, isIt: (node: Node) => boolean, isApart: (node: Node) => boolean = () => false): boolean {
  if (typeof node !== "object" || node === null || isApart(node as Node)) return false;
  return isIt(node as Node) || Object.values(node).some((part) => has(part, isIt, isApart));
}

const isThis = ({ type }: Node): boolean => type === "ThisExpression" || type === "Super";
const hasOwnThis = ({ type }: Node): boolean => /^(FunctionExpression|FunctionDeclaration|ClassBody)$/.test(type);
const isImportMeta = ({ type, meta }: Node): boolean => type === "MetaProperty" && meta?.name === "import";
