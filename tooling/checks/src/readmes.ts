// The examples of the READMEs and other documents. Every ```ts block is a program of its own and type-checks; where an
// ```output block follows it, the program is run and must print just that.
import { readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Check } from "./check.ts";
import { command } from "./command.ts";
import { listFiles, root } from "./workspace.ts";

interface Example {
  readonly document: string;
  /** Where the first line of code is, from 0. */
  readonly line: number;
  readonly code: string;
  /** What it prints, if that is told. */
  readonly output?: string;
}

export const readmes: Check = {
  name: "readmes",
  async run() {
    const examples = listFiles(root, ".md")
      .filter((file) => !file.endsWith("CHANGELOG.md") && !file.endsWith(".api.md"))
      .flatMap((file) => examplesOf(relative(root, file), readFileSync(file, "utf8")));
    if (examples.length === 0) return [];

    // In the workspace, so that the packages are found; this package depends on all that examples may import.
    const folder = join(import.meta.dirname, "../.readmes");
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    try {
      for (const example of examples) {
        await mkdir(join(folder, folderName(example)));
        await writeFile(join(folder, fileName(example)), padded(example));
      }
      const wrong = await typeProblems(folder, examples);
      return wrong.length > 0 ? wrong : await outputProblems(folder, examples);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

function examplesOf(document: string, text: string): Example[] {
  const fence = /^```ts\n(.*?)^```$(?:\n+^```output\n(.*?)^```$)?/gms;
  return Array.from(text.matchAll(fence), (match) => {
    const [, code = "", output] = match;
    const line = text.slice(0, match.index).split("\n").length;
    return { document, line, code, ...(output !== undefined && { output }) };
  });
}

const folderName = ({ document, line }: Example) => `${document.replaceAll(/[/.]/g, "-")}-${line + 1}`;

/** Alone in its folder, where it is run: so that what it prints of its places is short. */
const fileName = (example: Example) => `${folderName(example)}/example.ts`;

/** The code on the lines it has in its document, for the sake of messages. */
const padded = ({ line, code }: Example) => "\n".repeat(line) + code;

async function typeProblems(folder: string, examples: Example[]): Promise<string[]> {
  const config = {
    extends: "../../config/tsconfig.check.json",
    compilerOptions: { noUnusedLocals: false },
    files: examples.map(fileName),
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { ok, output } = await command("tsc", ["-p", ".", "--pretty", "false"], { cwd: folder });
  if (ok) return [];
  const readable = examples.reduce(
    (text, example) => text.replaceAll(`${fileName(example)}(`, `${example.document}(`),
    output,
  );
  return readable.split("\n");
}

async function outputProblems(folder: string, examples: Example[]): Promise<string[]> {
  const problems: string[] = [];
  for (const example of examples) {
    if (example.output === undefined) continue;
    const { ok, stdout, output } = await command("node", ["example.ts"], { cwd: join(folder, folderName(example)) });
    if (ok && stdout === example.output) continue;
    problems.push(`${example.document}(${example.line + 1}): prints something else:\n${output}`);
  }
  return problems;
}
