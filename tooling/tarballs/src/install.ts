import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { command } from "./command.ts";

/**
 * Makes an empty project in `folder` with the packages in `names` installed from their tarballs. What these depend on
 * comes from the tarballs, too, and nothing else of ours is installed.
 */
export async function install(
  folder: string,
  names: readonly string[],
  tarballs: Record<string, string>,
  others: Record<string, string> = {},
): Promise<void> {
  const files = Object.fromEntries(Object.entries(tarballs).map(([name, file]) => [name, `file:${file}`]));
  const chosen = Object.fromEntries(Object.entries(files).filter(([name]) => names.includes(name)));
  const manifest = { private: true, dependencies: { ...chosen, ...others }, overrides: files };
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await command(folder, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error");
}
