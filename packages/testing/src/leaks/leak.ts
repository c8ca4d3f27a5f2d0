import { shortPaths } from "../explore/text.js";

/** Something that outlived its test. */
export interface Leak {
  /** What it is: `"task"`, `"timer"`, `"socket"`, … */
  readonly kind: string;
  /** More of it: its name, what it waits for, its address. */
  readonly what: string;
  /** Where it was made, as `file:line:column`; `null` when that is not known. */
  readonly source: string | null;
}

/** Something outlived its test. The message says what, and where it was made. */
export class LeakError extends Error {
  readonly leaks: readonly Leak[];

  constructor(leaks: readonly Leak[]) {
    const head = leaks.length === 1 ? "one thing outlived the test" : `${leaks.length} things outlived the test`;
    const lines = leaks.map(({ kind, what, source }) => {
      const place = source === null ? "" : `\n    made at ${source}`;
      return `\n  ${kind}${what === "" ? "" : ` ${what}`}${place}`;
    });
    super(shortPaths(`${head}:${lines.join("")}`));
    this.name = "LeakError";
    this.leaks = leaks;
  }
}

/** What watches for leaks of one kind, from when it was made until {@link stop}. */
export interface Watch {
  /** What is left now. `told`: the test fails for it, so nobody else need be told any more. */
  left(told: boolean): Leak[];
  stop(): void;
}
