import type { ChoiceKind, Chooser, Point } from "./point.js";
import { below, type Random, randomFrom } from "./random.js";

/** What a random strategy knows of a program: how its plain run went. */
export interface Size {
  /** How many points of choice there were. */
  readonly points: number;
  /** How many cancellations are to strike. */
  readonly cancellations: number;
}

/**
 * At each point any choice, with the same probability; but I/O completes at one point in four at most, and cancellations strike at points that
 * were drawn before, so that they come anywhere in the run.
 */
export function randomWalk(seed: number, size: Size): Chooser {
  const random = randomFrom(seed);
  const strikes = drawStrikes(random, size);
  return (point) => {
    const choices = choicesOf(point);
    if (strikes.has(point.position) && choices.cancel.length > 0) return anyOf(random, choices.cancel);
    const io = [...choices.io, ...choices.clock];
    if (choices.run.length === 0) return anyOf(random, io);
    return anyOf(random, io.length > 0 && random() < 0.25 ? io : choices.run);
  };
}

/** How many callbacks of one task in a row let the others have their turn, in PCT: else a task that polls would starve them. */
const STARVING = 100;

/**
 * Probabilistic concurrency testing (Burckhardt and others, 2010): every task has a random priority, the highest runs; at `depth - 1` random
 * points the one that would run gets the lowest. Finds a bug that needs `depth` ordered events with a probability that can be
 * computed, 1/(n·k^(depth-1)) for n tasks and k points, however many other schedules there are.
 */
export function pct(seed: number, size: Size, depth: number): Chooser {
  const random = randomFrom(seed);
  const strikes = drawStrikes(random, size);
  const changes = new Set(Array.from({ length: depth - 1 }, () => below(random, size.points)));
  const priorities = new Map<string, number>();
  let lowest = 0;
  let last = "";
  let inARow = 0;
  const priority = (actor: string): number => {
    let value = priorities.get(actor);
    if (value === undefined) {
      value = random();
      priorities.set(actor, value);
    }
    return value;
  };
  return (point) => {
    const choices = choicesOf(point);
    if (strikes.has(point.position) && choices.cancel.length > 0) return anyOf(random, choices.cancel);
    const candidates = [...choices.run, ...choices.io, ...choices.clock].map((choice) => ({
      choice,
      actor: point.actor(choice),
    }));
    const highest = () => candidates.reduce((a, b) => (priority(b.actor) > priority(a.actor) ? b : a));
    let chosen = highest();
    inARow = chosen.actor === last ? inARow + 1 : 0;
    if (changes.has(point.position) || inARow > STARVING) {
      priorities.set(chosen.actor, --lowest);
      chosen = highest();
    }
    last = chosen.actor;
    return chosen.choice;
  };
}

function drawStrikes(random: Random, { points, cancellations }: Size): Set<number> {
  return new Set(Array.from({ length: cancellations }, () => below(random, points)));
}

function anyOf(random: Random, choices: readonly number[]): number {
  return choices[below(random, choices.length)] as number;
}

function choicesOf(point: Point): Record<ChoiceKind, number[]> {
  const choices: Record<ChoiceKind, number[]> = { run: [], io: [], clock: [], cancel: [] };
  for (let choice = 0; choice < point.size; choice++) choices[point.kind(choice)].push(choice);
  return choices;
}
