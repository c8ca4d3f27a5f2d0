/**
 * Where the code that called into these packages stands, as `file:line:column`: the first frame of the stack that is neither ours nor the
 * host's. Costs microseconds: for debug mode and error reports.
 */
export function callerLocation(): string | null {
  for (const line of deepStack().split("\n").slice(1)) {
    const place = placeIn(line);
    if (place !== null && !isOurs(place) && !isHosts(place)) return place;
  }
  return null;
}

/** The stack of here, deep enough to reach the user's code below our own. */
function deepStack(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  return stack ?? "";
}

/** `stack` without the lines of these packages and of the host below them: what is left is the user's. */
export function withoutOurFrames(stack: string): string {
  return stack
    .split("\n")
    .filter((line) => {
      const place = placeIn(line);
      if (place !== null) return !isOurs(place) && !HOST_BELOW_US.test(place);
      return !/^ +at [^ ]*\.(next|throw) \(<anonymous>\)$/.test(line);
    })
    .join("\n");
}

/** `file:line:column` at the end of a line of a stack, bare or in parentheses. */
function placeIn(line: string): string | null {
  return /(?:\(|\bat (?:async )?|@)((?:[a-z]+:)?[^\s()]*:\d+:\d+)\)?$/i.exec(line)?.[1] ?? null;
}

/** Our files where they are installed; a runtime that follows source maps shows `src`. */
const INSTALLED = /[/\\](?:@tsyncio[/\\]\w+|node_modules[/\\]tsyncio)[/\\](?:dist|src)[/\\]/;
/** The folder of the packages where they stand side by side in a workspace, and this one is called by its plain name. */
const WORKSPACE = /^(?:file:\/\/)?(.*\/)loop\/dist\/caller-location\.js$/.exec(import.meta.url ?? "")?.[1];

function isOurs(place: string): boolean {
  if (INSTALLED.test(place)) return true;
  const path = place.replace(/^file:\/\//, "");
  return (
    WORKSPACE !== undefined && path.startsWith(WORKSPACE) && /^\w+\/(?:dist|src)\//.test(path.slice(WORKSPACE.length))
  );
}

/** What the host puts below our frames: of no use to anyone. Its other frames (`node:fs`) say what failed. */
const HOST_BELOW_US = /^(?:node:async_hooks|node:internal\/|ext:|native:)/;

function isHosts(place: string): boolean {
  return /^(?:node|ext|native):/.test(place);
}
