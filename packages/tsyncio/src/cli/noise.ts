import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const { dependencies } = createRequire(import.meta.url)("../../package.json") as {
  dependencies: Record<string, string>;
};

/** Where the code of this copy of the packages lies: built, and as source maps show it. */
const folders = [
  import.meta.resolve("../index.js"),
  ...Object.keys(dependencies).map((name) => import.meta.resolve(name)),
]
  .map((entry) => dirname(dirname(fileURLToPath(entry))))
  .flatMap((folder) => [join(folder, "dist") + sep, join(folder, "src") + sep]);

const otherCopies = /node_modules[/\\](?:@tsyncio[/\\]\w+|tsyncio)[/\\](?:dist|src)[/\\]/;

/** Whether a line of a stack is about the host or these packages: about nothing that the reader has written. */
export function isNoise(frame: string): boolean {
  if (/[\s(](?:node|ext|native):|<anonymous>\)?$/.test(frame)) return true;
  return otherCopies.test(frame) || folders.some((folder) => frame.includes(folder));
}
