import { RuntimeError } from "@tsyncio/contract";
import type { Departure } from "./point.js";
import type { RunRecord } from "./run-once.js";

/** A run that is done, from which those follow that depart once more, after its last departure. */
interface Expansion {
  readonly departures: readonly Departure[];
  readonly sizes: Uint16Array;
  position: number;
  choice: number;
}

/**
 * Every schedule, once, those with fewer departures from the plain one first. A schedule is told by its departures; behind the last one it
 * goes the plain way, so that every schedule but the plain one follows from just one other, with one departure less.
 */
export class AllSchedules {
  /** The runs with one departure less than those that are given now, which follow from them; and the latter, for afterwards. */
  #level: Expansion[] = [];
  #nextLevel: Expansion[] = [];
  #at = 0;
  readonly #limit: number;
  #current: readonly Departure[] | null = [];
  #parentSizes: ArrayLike<number> = [];
  #left = false;

  /** @param limit - how many departures there may be at most */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The departures of the next schedule; `null` when all were given. */
  next(): readonly Departure[] | null {
    if (this.#current === null) this.#current = this.#advance();
    return this.#current;
  }

  /** Whether schedules were left out because of the limit. */
  get leftOut(): boolean {
    return this.#left;
  }

  /**
   * What came of the schedule that {@link next} gave.
   * @throws `RuntimeError` when the program did not do what it did before, up to the last departure
   */
  ran({ sizes }: RunRecord): void {
    const departures = this.#current as readonly Departure[];
    const last = departures.at(-1)?.position ?? -1;
    for (let i = 0; i <= last; i++) {
      if (sizes[i] !== this.#parentSizes[i]) throw notDeterministic(i, this.#parentSizes[i], sizes[i]);
    }
    this.#current = null;
    // One of these is kept for each run.
    const expansion = { departures, sizes: Uint16Array.from(sizes), position: last + 1, choice: 1 };
    if (departures.length < this.#limit) this.#nextLevel.push(expansion);
    else if (sizes.length > expansion.position) this.#left = true;
  }

  #advance(): readonly Departure[] | null {
    for (;;) {
      const expansion = this.#level[this.#at];
      if (expansion === undefined) {
        if (this.#nextLevel.length === 0) return null;
        this.#level = this.#nextLevel;
        this.#nextLevel = [];
        this.#at = 0;
        continue;
      }
      const { departures, sizes, position, choice } = expansion;
      const size = sizes[position];
      if (size === undefined) this.#at++;
      else if (choice >= size) {
        expansion.position++;
        expansion.choice = 1;
      } else {
        expansion.choice++;
        this.#parentSizes = sizes;
        return [...departures, { position, choice }];
      }
    }
  }
}

/** The error of a program that goes another way when nothing has changed. */
export function notDeterministic(position: number, before: number | undefined, now: number | undefined): RuntimeError {
  return new RuntimeError(
    `the program is not deterministic: at point ${position} there were ${before ?? 0} choices, and ${now ?? 0} when it was run again. ` +
      "What may differ from run to run: Math.random(), Date.now(), host timers and real I/O, and what earlier runs left behind " +
      "(the program has to make all its objects itself)",
  );
}
