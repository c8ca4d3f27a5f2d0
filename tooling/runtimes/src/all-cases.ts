// The cases: every file of cases/ exports a list of them.
import { readdir } from "node:fs/promises";
import type { Case } from "./case.js";

const folder = new URL("cases/", import.meta.url);

/** The files of cases, by their plain names. */
export async function caseFiles(): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".js"));
  return names.map((name) => name.slice(0, -".js".length)).sort();
}

/** The cases of one file, by their full names. */
export async function casesOf(file: string): Promise<Map<string, Case>> {
  const module = (await import(new URL(`${file}.js`, folder).href)) as { cases: readonly Case[] };
  const cases = new Map<string, Case>();
  for (const each of module.cases) {
    const name = `${file}: ${each.name}`;
    if (cases.has(name)) throw new Error(`two cases are called ${name}`);
    cases.set(name, each);
  }
  return cases;
}
