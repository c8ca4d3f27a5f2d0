// Arrows point down only: what a package names in its package.json, and what its files import.
import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, relative, resolve, sep } from "node:path";
import ts from "typescript-api";
import type { Check } from "./check.ts";
import { floors, listFiles, type Package, readJson, readPackages, root } from "./workspace.ts";

/** Dependencies from outside the house that published code may have. */
const allowed: Record<string, readonly string[]> = {
  "@tsyncio/loop": ["tinyqueue"],
  // Two pools, and what reads the functions that are sent as text. Loaded when they are needed.
  "@tsyncio/executors": ["acorn", "eslint-scope", "piscina", "tinypool"],
  // The engine, and the client of Redis that it is tested with.
  "@tsyncio/bullmq": ["bullmq", "ioredis"],
  // An optional peer: of the adapter for it alone.
  "@tsyncio/testing": ["vitest"],
};

export const arrows: Check = {
  name: "arrows",
  async run() {
    const packages = readPackages();
    return packages.flatMap((each) => [
      ...manifestProblems(each),
      ...referenceProblems(each, packages),
      ...importProblems(each),
    ]);
  },
};

const isOurs = (name: string) => floors.includes(name);
const isBelow = (name: string, above: string) => floors.indexOf(name) < floors.indexOf(above);

function manifestProblems({ manifest }: Package): string[] {
  const { name, dependencies = {}, devDependencies = {}, peerDependencies = {}, optionalDependencies = {} } = manifest;
  if (!isOurs(name)) return [`${name} has no place among the floors (tooling/checks/src/workspace.ts)`];

  const atRunTime = { ...dependencies, ...peerDependencies, ...optionalDependencies };
  const problems: string[] = [];
  for (const [other, range] of Object.entries({ ...atRunTime, ...devDependencies })) {
    if (!isOurs(other)) continue;
    if (!isBelow(other, name)) problems.push(`${name} depends on ${other}, which is not below it`);
    if (range !== "workspace:^") problems.push(`${name} asks for ${other} as "${range}", not as "workspace:^"`);
  }
  for (const other of Object.keys(atRunTime)) {
    if (isOurs(other) || allowed[name]?.includes(other)) continue;
    problems.push(`${name} depends on ${other}, which is not on the list in tooling/checks/src/arrows.ts`);
  }
  return problems;
}

/** TypeScript's references say the same as the dependencies. */
function referenceProblems({ folder, manifest }: Package, packages: Package[]): string[] {
  const { references = [] } = readJson(join(folder, "tsconfig.json")) as { references?: { path: string }[] };
  const referred = references.map(({ path }) => resolve(folder, path)).sort();
  const needed = packages
    .filter((other) => other.manifest.name in (manifest.dependencies ?? {}))
    .map((other) => other.folder)
    .sort();
  if (referred.join() === needed.join()) return [];
  return [`${relative(root, folder)}/tsconfig.json: the references are not the dependencies of package.json`];
}

/** Code in src/ imports what users get with the package; tests and examples what developers have, too. */
function importProblems({ folder, manifest }: Package): string[] {
  const inSource = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));
  const elsewhere = new Set([manifest.name, ...inSource, ...Object.keys(manifest.devDependencies ?? {})]);
  return listFiles(folder, ".ts").flatMap((file) => {
    const may = file.startsWith(join(folder, "src", sep)) ? inSource : elsewhere;
    return importsOf(file).flatMap((specifier) => {
      const problem = importProblem(specifier, file, folder, may);
      return problem === undefined ? [] : [`${relative(root, file)}: ${problem}`];
    });
  });
}

function importProblem(specifier: string, file: string, folder: string, may: Set<string>): string | undefined {
  if (specifier.startsWith(".")) {
    const inside = resolve(file, "..", specifier).startsWith(folder + sep);
    return inside ? undefined : `"${specifier}" leads out of the package`;
  }
  if (specifier.startsWith("node:")) return undefined;
  if (builtinModules.includes(specifier)) return `"${specifier}" is to be written "node:${specifier}"`;
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  return may.has(name) ? undefined : `"${specifier}" is imported and not declared`;
}

function importsOf(file: string): string[] {
  return ts.preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles.map(({ fileName }) => fileName);
}
