import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { AnyFunction } from "@tsyncio/executors";
import { exportOf } from "@tsyncio/executors/kit";

/**
 * What a function is called on every machine: `shop/src/images#resize` is what the module src/images of the package `shop` exports,
 * wherever that package lies, as TypeScript or JavaScript. What has no package is called by its file alone.
 * @throws `TypeError` for what workers elsewhere can't have.
 */
export function functionName(fn: AnyFunction): { readonly fn: string; readonly name: string } {
  const found = exportOf(fn);
  if (found === undefined) {
    throw new TypeError(
      `${fn.name || "the function"} can't be sent to other machines, whose workers run what their modules export: ` +
        `export it, and give remote(import.meta.url, ${fn.name || "…"})`,
    );
  }
  return { fn: `${moduleName(found.url)}#${found.name}`, name: found.name };
}

const names = new Map<string, string>();

/** What a module is called on every machine. */
export function moduleName(url: string): string {
  if (url.startsWith("node:")) return url;
  if (!url.startsWith("file:")) {
    throw new TypeError(
      `workers on other machines have no module ${url.slice(0, 40)}: only files and node: modules have a name there`,
    );
  }
  let name = names.get(url);
  if (name === undefined) names.set(url, (name = nameOfFile(fileURLToPath(new URL(url)))));
  return name;
}

function nameOfFile(path: string): string {
  const file = path.replace(/\.[cm]?[jt]sx?$/, "");
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const name = packageName(folder);
    if (name !== null) return `${name}/${relative(folder, file).split(sep).join("/")}`;
    if (folder === dirname(folder)) return basename(file);
  }
}

/** A package.json without a name, which only says what kind of modules there are, is looked past. */
function packageName(folder: string): string | null {
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) return null;
  try {
    const { name } = JSON.parse(readFileSync(manifest, "utf8")) as { name?: unknown };
    return typeof name === "string" && name !== "" ? name : null;
  } catch {
    return null;
  }
}
