import { describe } from "./describe.js";

/** The names of the options of `O`, all of them: the compiler holds it to the type. */
export type OptionNames<O> = Readonly<Record<keyof O, true>>;

/**
 * Refuses what is no object, and names that no option has: for functions that are not called by the million. Types say so, too, but not to all:
 * `timeOut: 5` would be no timeout.
 * @param who - whose options they are, for the message: `wait()`
 * @throws `TypeError`, which names the option, and the one that was meant or else all there are.
 */
export function checkOptionNames<O>(who: string, options: O, known: OptionNames<O>): O {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`options must be an object, got ${describe(options)}`);
  }
  for (const name of Object.keys(options)) if (!Object.hasOwn(known, name)) throw unknownOption(who, name, known);
  return options;
}

function unknownOption(who: string, name: string, known: object): TypeError {
  const meant = nearest(name, Object.keys(known));
  const all = Object.keys(known).sort().join(", ") || "none";
  const hint = meant === null ? `Its options: ${all}` : `Did you mean '${meant}'?`;
  return new TypeError(`${who} got an unexpected option '${name}'. ${hint}`);
}

/** Which of `names` was meant by `name`: one that differs in a letter of three at most. Python's `local_addr` is `localAddr`. */
function nearest(name: string, names: readonly string[]): string | null {
  const plain = (text: string) => text.replaceAll("_", "").toLowerCase();
  let best: string | null = null;
  let least = name.length / 3;
  for (const each of names) {
    const distance = editDistance(plain(name), plain(each));
    if (distance > least || (distance === least && best !== null)) continue;
    best = each;
    least = distance;
  }
  return best;
}

/** How many letters must be changed, put in or left out to make `b` of `a`. */
function editDistance(a: string, b: string): number {
  // Row i: how far the first i letters of `a` are from the first 0, 1, 2 … of `b`.
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
