/** What happens next at a point of choice. */
export type ChoiceKind =
  /** A callback that is ready runs. */
  | "run"
  /** An operation of `t.io` completes. */
  | "io"
  /** Nothing is ready: the clock jumps, or a deadlock is told. */
  | "clock"
  /** A task is cancelled. */
  | "cancel";

/**
 * A point between two callbacks where more than one thing may happen next. The choices are numbered; 0 is the plain one: the oldest
 * callback that is ready, or, with nothing ready, the oldest I/O, or the clock. All others are departures from the plain schedule.
 */
export interface Point {
  /** How many such points came before it. */
  readonly position: number;
  /** How many callbacks ran before it. */
  readonly step: number;
  readonly size: number;
  kind(choice: number): ChoiceKind;
  /** Whose turn a choice is, by a name that is the same in every run. */
  actor(choice: number): string;
}

/** Decides at each point of one run. */
export type Chooser = (point: Point) => number;

/** A choice other than 0, at a point. */
export interface Departure {
  readonly position: number;
  readonly choice: number;
}

/** The plain schedule. */
export const plain: Chooser = () => 0;

/** Departs from the plain schedule where `departures` says so, if there is such a choice. */
export function departing(departures: readonly Departure[]): Chooser {
  let next = 0;
  return (point) => {
    const departure = departures[next];
    if (departure === undefined || departure.position !== point.position) return 0;
    next++;
    return departure.choice < point.size ? departure.choice : 0;
  };
}
