import { createRequire } from "node:module";

const { dependencies } = createRequire(import.meta.url)("../../package.json") as { dependencies: Record<string, string> };

/** Where the built code of the packages lies, of this copy. */
const folders = [
  new URL("../", import.meta.url).href,
  ...Object.keys(dependencies).map((name) => new URL("./", import.meta.resolve(name)).href),
];

/** Whether a line of a stack is about the host or these packages, of any copy: about nothing that the reader has written. */
export function isNoise(frame: string): boolean {
  if (/[\s(]node:|<anonymous>\)?$/.test(frame)) return true;
  return folders.some((folder) => frame.includes(folder)) || /node_modules\/(?:@tsyncio\/\w+|tsyncio)\/dist\//.test(frame);
}
