// Installs the workspace's dependencies with the pinned pnpm, unless that was done since the lockfile last changed.
import { copyFile, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "./run.mjs";

const lockfile = join(root, "pnpm-lock.yaml");

// What tooling/engines depends on is half a gigabyte of other Nodes, Bun and Deno: only its own script asks for it.
const filters = { most: ["--filter", "!@tsyncio/engines"], all: [] };

/**
 * Resolves to the exit code of the installation.
 * @param {keyof typeof filters} extent
 */
export async function install(extent) {
  const installed = join(root, "node_modules", `.installed-${extent}.yaml`);
  if (await same(lockfile, installed)) return 0;
  const { packageManager } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  console.error(`installing with ${packageManager} …`);
  const pnpm = ["--yes", packageManager, "--dir", root, "install", "--frozen-lockfile", ...filters[extent]];
  // With the machine's Node, and the pnpm that npx finds from elsewhere: both may have to be replaced in node_modules.
  const code = await run("npx", pnpm, { quiet: true, from: "machine", cwd: tmpdir() });
  if (code === 0) await copyFile(lockfile, installed);
  return code;
}

/** @param {string} a @param {string} b */
async function same(a, b) {
  const read = (/** @type {string} */ file) => readFile(file, "utf8").catch(() => null);
  return (await read(a)) === (await read(b));
}
