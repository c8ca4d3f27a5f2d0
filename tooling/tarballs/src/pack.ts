import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { command } from "./command.ts";

const packages = resolve(import.meta.dirname, "../../../packages");

/** Packs every package into `destination`; the tarballs' files by package name. */
export async function packAll(destination: string): Promise<Record<string, string>> {
  const tarballs: Record<string, string> = {};
  for (const folder of await readdir(packages)) {
    const args = ["pack", "--json", "--pack-destination", destination];
    const { name, filename } = JSON.parse(await command(join(packages, folder), "pnpm", ...args));
    tarballs[name] = filename;
  }
  return tarballs;
}
