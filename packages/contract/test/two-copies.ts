import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Another copy of this package, as a second version of it in `node_modules` would be. */
export async function anotherCopy(): Promise<typeof import("@tsyncio/contract") & Disposable> {
  const folder = mkdtempSync(join(tmpdir(), "copy-"));
  // The test runner leaves files of packages/*/dist to Node.
  const dist = join(folder, "packages", "contract", "dist");
  cpSync(join(import.meta.dirname, "..", "dist"), dist, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const copy = await import(pathToFileURL(join(dist, "index.js")).href);
  return { ...copy, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
