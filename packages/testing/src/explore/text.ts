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

/** A number with its noun. */
export function count(n: number, noun: string): string {
  if (n === 1) return `1 ${noun}`;
  return `${n} ${noun}${noun.endsWith("ch") ? "es" : "s"}`;
}
