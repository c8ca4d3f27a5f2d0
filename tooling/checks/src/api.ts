// The public surface as text: tooling/api/<package>.api.md holds what each entry exports, as it was accepted last.
// A difference is a failure; `npm run api:update` accepts it, and the commit shows it.
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import ts from "typescript-api";
import { reportEntry } from "./api-report.ts";
import type { Check } from "./check.ts";
import { type Package, readPackages, root } from "./workspace.ts";

const reports = join(root, "tooling/api");

export const api: Check = {
  name: "api",
  async run() {
    const packages = readPackages();
    const program = programOf(packages);
    return packages.flatMap((each) => {
      const file = reportFile(each);
      const accepted = existsSync(file) ? readFileSync(file, "utf8") : "";
      const changes = difference(accepted, report(each, program));
      if (changes.length === 0) return [];
      const where = relative(root, file);
      return [`${where} is not what the package exports (accept with npm run api:update):\n${changes.join("\n")}`];
    });
  },
};

export async function update(): Promise<void> {
  const packages = readPackages();
  const program = programOf(packages);
  await mkdir(reports, { recursive: true });
  for (const each of packages) await writeFile(reportFile(each), report(each, program));
}

const reportFile = ({ folder }: Package) => join(reports, `${basename(folder)}.api.md`);

/** The entries' types, by the name a user imports them by. */
function entriesOf({ folder, manifest }: Package): Map<string, string> {
  const entries = new Map<string, string>();
  for (const [path, target] of Object.entries(manifest.exports ?? {})) {
    if (typeof target === "string" || target.types === undefined) continue;
    entries.set(manifest.name + path.slice(1), join(folder, target.types));
  }
  return entries;
}

function programOf(packages: Package[]): ts.Program {
  const files = packages.flatMap((each) => [...entriesOf(each).values()]);
  return ts.createProgram(files, {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    types: ["node"],
  });
}

function report(each: Package, program: ts.Program): string {
  const shown = new Set<ts.Symbol>();
  const sections = Array.from(entriesOf(each), ([name, file]) => {
    const text = reportEntry(file, each.folder, program, shown);
    return `## ${name}\n\n\`\`\`ts\n${text}\`\`\`\n`;
  });
  return `# What ${each.manifest.name} exports\n\n${sections.join("\n")}`;
}

/** The lines that only one of both texts has, in their order: enough to see what changed. */
function difference(before: string, after: string): string[] {
  if (before === after) return [];
  const [old, now] = [before.split("\n"), after.split("\n")];
  const [hadLine, hasLine] = [new Set(old), new Set(now)];
  const gone = old.filter((line) => !hasLine.has(line)).map((line) => `- ${line}`);
  const come = now.filter((line) => !hadLine.has(line)).map((line) => `+ ${line}`);
  return gone.length + come.length > 0 ? [...gone, ...come] : ["(the order of the lines)"];
}
