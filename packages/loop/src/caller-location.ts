/**
 * Where the code that called into these packages stands, as `file:line:column`: the first frame of the stack that is not ours.
 * Costs microseconds: for debug mode and error reports.
 */
export function callerLocation(): string | null {
  const stack = new Error().stack;
  if (stack === undefined) return null;
  for (const line of stack.split("\n").slice(1)) {
    const place = /\(?((?:file:|\/|[A-Za-z]:\\|https?:)[^()]*:\d+:\d+)\)?$/.exec(line)?.[1];
    if (place !== undefined && !OURS.test(place)) return place;
  }
  return null;
}

/** The built files of the packages, where they are installed and in their own workspace. */
const OURS = /[/\\](?:@tsyncio[/\\]|packages[/\\])[a-z]+[/\\]dist[/\\]/;
