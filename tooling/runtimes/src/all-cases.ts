// The cases: every file of cases/ exports a list of them.
import { readdir } from "node:fs/promises";
import type { Case } from "./case.js";

export async function allCases(): Promise<Map<string, Case>> {
  const folder = new URL("cases/", import.meta.url);
  const cases = new Map<string, Case>();
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".js")).sort()) {
    const module = (await import(new URL(file, folder).href)) as { cases: readonly Case[] };
    for (const each of module.cases) {
      const name = `${file.slice(0, -".js".length)}: ${each.name}`;
      if (cases.has(name)) throw new Error(`two cases are called ${name}`);
      cases.set(name, each);
    }
  }
  return cases;
}
