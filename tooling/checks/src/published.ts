// What a registry would get: the packed tarballs, looked at by publint and by "are the types wrong".
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import type { Check } from "./check.ts";
import { command } from "./command.ts";
import { type Package, readPackages } from "./workspace.ts";

export const published: Check = {
  name: "published",
  async run() {
    const folder = await mkdtemp(join(tmpdir(), "tsyncio-published-"));
    try {
      const problems: string[] = [];
      for (const each of readPackages()) {
        const found = await problemsOf(each, folder);
        problems.push(...found.map((problem) => `${each.manifest.name}: ${problem}`));
      }
      return problems;
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function problemsOf({ folder, manifest }: Package, destination: string): Promise<string[]> {
  const packed = await command("pnpm", ["pack", "--json", "--pack-destination", destination], {
    cwd: folder,
  });
  if (!packed.ok) return [packed.output];
  const { filename, files } = JSON.parse(packed.stdout) as { filename: string; files: { path: string }[] };
  const tarball = readFileSync(filename);

  const { messages } = await publint({ pack: { tarball: toArrayBuffer(tarball) } });
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
  return [
    ...messages.map((message) => formatMessage(message, manifest, { color: false }) ?? message.code),
    ...(analysis.types ? analysis.problems.filter(matters).map(describe) : ["has no types"]),
    ...files.filter(({ path }) => /\.tsbuildinfo$|\.test\.ts$/.test(path)).map(({ path }) => `packs ${path}`),
  ];
}

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

/** The packages are ESM, which `require()` loads too since Node 20.19; TypeScript before `exports` is not served. */
function matters(problem: Problem): boolean {
  if (problem.kind === "CJSResolvesToESM") return false;
  return !("resolutionKind" in problem && problem.resolutionKind === "node10");
}

function describe(problem: Problem): string {
  return `${problem.kind} ${JSON.stringify({ ...problem, kind: undefined })}`;
}
