// The shape of the house: what lies at the top, what a package has, how long a file may be.
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Check } from "./check.ts";
import { command } from "./command.ts";
import { listFiles, type Package, readPackages, root } from "./workspace.ts";

/** Besides what tools look for at a root. */
const top = /^(packages|tooling|\.changeset|\.ci|\.github|README\.md|LICENSE|CONTRIBUTING\.md|ARCHITECTURE\.md)$/;
const forTools =
  /^(package\.json|pnpm-workspace\.yaml|pnpm-lock\.yaml|turbo\.json|tsconfig.*\.json|biome\.json|vitest\.config\.ts|\.(gitignore|gitattributes|editorconfig|npmrc|node-version))$/;

const longest = 500;

export const house: Check = {
  name: "house",
  async run() {
    return [...(await topProblems()), ...lockfileProblems(), ...readPackages().flatMap(packageProblems)];
  },
};

async function topProblems(): Promise<string[]> {
  const { stdout } = await command("git", ["ls-tree", "--name-only", "HEAD"]);
  return stdout
    .split("\n")
    .filter((name) => name && !top.test(name) && !forTools.test(name))
    .map((name) => `${name} has no place at the top of the repository`);
}

/** Packages come from whatever registry the reader's machine uses. */
function lockfileProblems(): string[] {
  const lines = readFileSync(join(root, "pnpm-lock.yaml"), "utf8").split("\n");
  return lines.flatMap((line, i) => (/https?:/.test(line) ? [`pnpm-lock.yaml:${i + 1} holds an address`] : []));
}

function packageProblems({ folder, manifest }: Package): string[] {
  const problems: string[] = [];
  const expect = (holds: boolean, what: string) => {
    if (!holds) problems.push(`${relative(root, folder)}: ${what}`);
  };
  for (const name of ["README.md", "CHANGELOG.md", "src", "test"]) {
    expect(existsSync(join(folder, name)), `has no ${name}`);
  }
  const licence = join(folder, "LICENSE");
  expect(
    existsSync(licence) && readFileSync(licence, "utf8") === readFileSync(join(root, "LICENSE"), "utf8"),
    "LICENSE is not a copy of the one at the top",
  );
  expect(manifest.license === "MIT" && manifest.author === "The tsyncio authors", "licence or author is wrong");
  expect(manifest.type === "module", "is not of type module");
  expect(manifest.engines?.node === ">=20.19", "engines.node is not >=20.19");
  expect(manifest.repository === undefined, "names a repository, while there is no public address");
  expect(Boolean(manifest.description), "has no description");
  for (const file of listFiles(join(folder, "src"), ".ts")) {
    const lines = readFileSync(file, "utf8").split("\n").length;
    expect(lines <= longest, `${relative(folder, file)} has ${lines} lines; split it before ${longest}`);
  }
  return problems;
}
