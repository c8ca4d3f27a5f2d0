import type { Watcher } from "./rounds.ts";

/** Says on stderr what is being measured: in one line that is written over, or where that cannot be, line by line. */
export function progress(total: number): Watcher & { done(): void } {
  const { stderr } = process;
  let count = 0;
  const clear = stderr.isTTY ? "\r\x1b[K" : "";
  return {
    started({ title }, round) {
      count++;
      stderr.write(`${clear}${count}/${total}, round ${round}, ${title}${stderr.isTTY ? "" : "\n"}`);
    },
    failed({ title }, reason) {
      stderr.write(`${clear}failed: ${title}: ${reason}\n`);
    },
    done() {
      stderr.write(clear);
    },
  };
}
