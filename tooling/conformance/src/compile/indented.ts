/** The compiler's code, indented for a reader: each line of it ends with what it opens and begins with what it closes. */
export function indented(source: string): string {
  let depth = 0;
  const lines: string[] = [];
  for (const line of source.split("\n")) {
    if (line.startsWith("}")) depth--;
    lines.push("  ".repeat(depth) + line);
    if (line.endsWith("{")) depth++;
  }
  return lines.join("\n");
}
