import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { countReporter } from "./tooling/workshop/count-reporter.ts";

const root = import.meta.dirname;

/** Every folder of packages/ and tooling/ that has tests is a project, named as its package.json says. */
function projects(): { name: string; folder: string }[] {
  return ["packages", "tooling"]
    .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
    .filter((folder) => existsSync(join(folder, "package.json")) && existsSync(join(folder, "test")))
    .map((folder) => ({ name: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).name, folder }));
}

// `vitest run` runs test/**/*.test.ts; `vitest run --mode long` runs what takes long: test/**/*.long.test.ts.
export default defineConfig(({ mode }) => ({
  test: {
    projects: projects().map(({ name, folder }) => ({
      extends: true,
      root: folder,
      test: {
        name,
        include: mode === "long" ? ["test/**/*.long.test.ts"] : ["test/**/*.test.ts"],
        exclude: mode === "long" ? [] : ["test/**/*.long.test.ts"],
      },
    })),
    // Built packages are loaded by Node itself, as users load them, not through the transforms of the test runner.
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    // On two cores one less than there are would leave one idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ["default", countReporter],
    testTimeout: mode === "long" ? 300_000 : 10_000,
    hookTimeout: mode === "long" ? 300_000 : 10_000,
  },
}));
