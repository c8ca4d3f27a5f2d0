import { withoutOurFrames } from "@tsyncio/loop";

const HOSTS = /\(?(?:node:|native:|<anonymous>)/;
const FRAMEWORKS = /[/\\]node_modules[/\\](?:\.pnpm[/\\][^/\\]+[/\\]node_modules[/\\])?@?vitest[/\\]/;

/** Where the code that called into the host stands, below host frames, ours and the test framework's. */
export interface Place {
  /** Whether the innermost code that is not the host's is the user's, and not ours or the framework's. */
  readonly isDirect: boolean;
  /** `file:line:column`; `null` when no code of the user's is on the stack. */
  readonly source: string | null;
}

/** @param file - of the caller, whose frames don't count */
export function placeBelow(file: string): Place {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const lines = (new Error().stack ?? "").split("\n").slice(2);
  Error.stackTraceLimit = limit;
  const code = lines.filter((line) => !HOSTS.test(line) && !line.includes(file));
  const users = code.findIndex((line) => !FRAMEWORKS.test(line) && withoutOurFrames(line) !== "");
  const source = /\(?((?:[a-z]+:)?[^\s()]+:\d+:\d+)\)?$/i.exec(code[users] ?? "")?.[1] ?? null;
  return { isDirect: users === 0, source };
}
