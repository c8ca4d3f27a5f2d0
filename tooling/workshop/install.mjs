// Installs the workspace's dependencies with the pinned pnpm, unless they are there already.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./run.mjs";

/** pnpm leaves a copy of the lockfile it installed from. */
function isInstalled() {
  const installed = join(root, "node_modules", ".pnpm", "lock.yaml");
  return existsSync(installed) && readFileSync(join(root, "pnpm-lock.yaml")).equals(readFileSync(installed));
}

/** Resolves to the exit code of the installation. */
export async function install() {
  if (isInstalled()) return 0;
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  console.error(`installing with ${packageManager} …`);
  return await run("npx", ["--yes", packageManager, "install", "--frozen-lockfile"], { quiet: true });
}
