/**
 * Where the code that called into these packages stands, as `file:line:column`: the first frame of the stack that is not ours.
 * Costs microseconds: for debug mode and error reports.
 */
export function callerLocation(): string | null {
  const stack = new Error().stack;
  if (stack === undefined) return null;
  for (const line of stack.split("\n").slice(1)) {
    const place = /\(?((?:file:|\/|[A-Za-z]:\\|https?:)[^()]*:\d+:\d+)\)?$/.exec(line)?.[1];
    if (place !== undefined && !isOurs(place)) return place;
  }
  return null;
}

/** `stack` without the lines of these packages and of the host below them: what is left is the user's. */
export function withoutOurFrames(stack: string): string {
  return stack
    .split("\n")
    .filter((line) => {
      const place = /^ +at .*?\(?((?:file:|node:|\/|[A-Za-z]:\\|https?:)[^()]*)\)?$/.exec(line)?.[1];
      if (place !== undefined)
        return !place.startsWith("node:async_hooks") && !place.startsWith("node:internal") && !isOurs(place);
      return !/^ +at [^ ]*\.(next|throw) \(<anonymous>\)$/.test(line);
    })
    .join("\n");
}

/** Our built files, where they are installed. */
const INSTALLED = /[/\\](?:@tsyncio[/\\]\w+|node_modules[/\\]tsyncio)[/\\]dist[/\\]/;
/** The folder of the packages where they stand side by side in a workspace, and this one is called by its plain name. */
const WORKSPACE = /^(.*\/)loop\/dist\/caller-location\.js$/.exec(import.meta.url ?? "")?.[1];

function isOurs(place: string): boolean {
  if (INSTALLED.test(place)) return true;
  return WORKSPACE !== undefined && place.startsWith(WORKSPACE) && /^\w+\/dist\//.test(place.slice(WORKSPACE.length));
}
