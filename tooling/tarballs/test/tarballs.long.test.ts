// Packs every package and uses the tarballs as a stranger would, in empty folders.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import * as runner from "@tsyncio/runner";
import { build } from "esbuild";
import { rollup } from "rollup";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { command } from "../src/command.ts";
import { install } from "../src/install.ts";
import { packAll } from "../src/pack.ts";

const names = ["program", "umbrella"] as const;
const programs = join(import.meta.dirname, "programs");
const nodeTypes = { "@types/node": "24.19.2" };

// Before `run` there is no program to try.
describe.skipIf(!("run" in runner))("packed tarballs", () => {
  let scratch: string;
  let tarballs: Record<string, string>;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "tsyncio-tarballs-"));
    tarballs = await packAll(scratch);
  });
  afterAll(() => rm(scratch, { recursive: true }));

  test("each package works without those that it does not depend on", async () => {
    for (const [i, name] of Object.keys(tarballs).entries()) {
      const folder = join(scratch, `alone-${i}`);
      await install(folder, [name], tarballs);
      await command(folder, "node", "--input-type=module", "--eval", `await import("${name}")`);
      await command(folder, "node", "--eval", `require("${name}")`);
    }
  });

  describe("all together", () => {
    let folder: string;

    beforeAll(async () => {
      folder = join(scratch, "together");
      await install(folder, Object.keys(tarballs), tarballs, nodeTypes);
      await cp(programs, folder, { recursive: true });
      for (const name of names) {
        const code = stripTypeScriptTypes(await readFile(join(programs, `${name}.mts`), "utf8"));
        await writeFile(join(folder, `${name}.mjs`), code);
      }
    });

    const node = async (file: string) => (await command(folder, "node", file)).trim();

    test.each(names)("an ES module imports them (%s)", async (name) => {
      expect(await node(`${name}.mjs`)).toBe("the sum is 3");
    });

    test("a CommonJS program requires them", async () => {
      expect(await node("program.cjs")).toBe("the sum is 3");
    });

    const typescript5 = createRequire(import.meta.url).resolve("typescript-5/bin/tsc");

    test.each([
      { module: "esnext", moduleResolution: "bundler" },
      { module: "node16", moduleResolution: "node16" },
    ])("TypeScript with moduleResolution $moduleResolution compiles them, Node runs the modules", async (options) => {
      const outDir = `dist-${options.moduleResolution}`;
      const compilerOptions = { ...options, outDir, target: "es2022", strict: true, types: ["node"] };
      const config = join(folder, `tsconfig.${options.moduleResolution}.json`);
      await writeFile(config, JSON.stringify({ compilerOptions, files: names.map((name) => `${name}.mts`) }));
      await command(folder, "tsc", "-p", config);
      for (const name of names) expect(await node(join(outDir, `${name}.mjs`))).toBe("the sum is 3");
      // Types that refer to each other in a circle are nothing to TypeScript 7, and an error to this one.
      await command(folder, "node", typescript5, "-p", config, "--noEmit");
    });

    // The bundle runs where no package is installed, and still finds its factories.
    describe.each(names)("bundled (%s)", (name) => {
      const bundled = (bundler: string) => join(scratch, `${bundler}-${name}.mjs`);

      test("by esbuild", async () => {
        const outfile = bundled("esbuild");
        const input = join(folder, `${name}.mjs`);
        await build({ entryPoints: [input], outfile, bundle: true, format: "esm", platform: "node" });
        expect(await node(outfile)).toBe("the sum is 3");
      });

      test("by Rollup", async () => {
        const file = bundled("rollup");
        const input = join(folder, `${name}.mjs`);
        const bundle = await rollup({ input, external: /^node:/, plugins: [nodeResolve()] });
        await bundle.write({ file, format: "esm" });
        expect(await node(file)).toBe("the sum is 3");
      });
    });
  });
});
