// A bundler drops a module that nobody imports a name from, unless `sideEffects` lists it. So that bundled programs
// find their factories, a package with a module that fills a slot of the registry lists that module and its entry.
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Check } from "./check.ts";
import { listFiles, type Package, readPackages } from "./workspace.ts";

export const sideEffects: Check = {
  name: "side-effects",
  async run() {
    return readPackages().flatMap((each) => problemsOf(each).map((problem) => `${each.manifest.name}: ${problem}`));
  },
};

/** A slot filled by a statement of the module, not inside of a function. */
const filling = /^registry\.\w+ (\?\?)?= /m;

function problemsOf({ folder, manifest }: Package): string[] {
  if (typeof manifest.sideEffects === "boolean" || manifest.sideEffects === undefined) {
    return manifest.sideEffects === false && registering(folder).length === 0 ? [] : ["does not list its side effects"];
  }
  const listed = manifest.sideEffects;
  const missing = ["./dist/index.js", ...registering(folder)].filter((file) => !listed.includes(file));
  const gone = listed.filter((file) => !existsSync(join(folder, file)));
  return [
    ...missing.map((file) => `${file} is not listed in sideEffects`),
    ...gone.map((file) => `${file} is listed in sideEffects and not there`),
  ];
}

/** What is built from the modules that fill a slot. */
function registering(folder: string): string[] {
  const source = join(folder, "src");
  return listFiles(folder, ".ts")
    .filter((file) => file.startsWith(join(source, "/")) && filling.test(readFileSync(file, "utf8")))
    .map((file) => `./dist/${relative(source, file).replace(/\.ts$/, ".js")}`);
}
