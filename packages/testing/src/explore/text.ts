/** `text` with the paths in it as seen from the working directory. */
export function shortPaths(text: string): string {
  const folder = (globalThis as { process?: { cwd(): string } }).process?.cwd();
  if (folder === undefined) return text;
  return text.replaceAll(`file://${folder}/`, "").replaceAll(`${folder}/`, "");
}

/** `text` with every line moved to the right. */
export function indent(text: string, by = "  "): string {
  return text.replaceAll(/^(?=.)/gm, by);
}
