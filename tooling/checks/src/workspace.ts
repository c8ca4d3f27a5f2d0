// What the checks read of the workspace.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root: string = resolve(import.meta.dirname, "../../..");

/**
 * The packages, bottom up: a package may depend only on those before it, in its development dependencies too. Every
 * folder of packages/ is one of these; those that are not written yet have no folder.
 */
export const floors: readonly string[] = [
  "@tsyncio/contract",
  "@tsyncio/loop",
  "@tsyncio/futures",
  "@tsyncio/tasks",
  "@tsyncio/runner",
  "@tsyncio/timeouts",
  "@tsyncio/sync",
  "@tsyncio/testing",
  "@tsyncio/streams",
  "@tsyncio/subprocess",
  "@tsyncio/executors",
  "@tsyncio/bullmq",
  "tsyncio",
];

export interface Manifest {
  name: string;
  version: string;
  description?: string;
  license?: string;
  author?: string;
  repository?: unknown;
  type?: string;
  private?: boolean;
  sideEffects?: boolean | string[];
  exports?: Record<string, string | { types?: string; default?: string }>;
  bin?: Record<string, string>;
  files?: string[];
  engines?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

export interface Package {
  /** Absolute. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

function foldersOf(group: string): string[] {
  return readdirSync(join(root, group)).map((name) => join(root, group, name));
}

/** What is published: the folders of packages/, bottom up. */
export function readPackages(): Package[] {
  return foldersOf("packages")
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => ({ folder, manifest: readJson(join(folder, "package.json")) as Manifest }))
    .sort((a, b) => floors.indexOf(a.manifest.name) - floors.indexOf(b.manifest.name));
}

/** The files below `folder` whose name ends in `extension`, but for those that git ignores. Absolute, sorted. */
export function listFiles(folder: string, extension: string): string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", `*${extension}`];
  const { stdout } = spawnSync("git", args, { cwd: folder, encoding: "utf8" });
  return stdout
    .split("\0")
    .filter((path) => path !== "")
    .map((path) => join(folder, path))
    .filter((path) => existsSync(path))
    .sort();
}
