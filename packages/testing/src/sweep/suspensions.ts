import type { LoopContract, Runnable, TaskContract } from "@tsyncio/contract";
import type { ExploringOrder, Observer } from "../explore/exploring-order.js";
import { taskOf } from "../explore/names.js";
import type { Chooser } from "../explore/point.js";

/** When, relative to a wait, a cancellation strikes. */
export type Moment =
  /** As soon as the task waits. */
  | "at once"
  /** Just before the callback that ends the wait, which then comes in the same turn. */
  | "before its end"
  /** Just after that callback, before the task has gone on. */
  | "after its end";

/** A task waits: from the end of one of its steps to its next one. */
export interface Suspension {
  readonly task: string;
  /** The how manieth of its task, from 1; 0 is the wait for its first turn. */
  readonly number: number;
  /** What it waits for, in a few words. */
  readonly wait: string;
  /** How many callbacks had run when it began, and when it was woken; `null` when it was not. */
  readonly since: number;
  until: number | null;
}

/** What a task that was made and has not run waits for. */
const FIRST_TURN = "its first turn";

/** A cancellation to try. */
export interface Strike {
  readonly suspension: Suspension;
  readonly moment: Moment;
  /** The point of the plain run where it strikes. */
  readonly position: number;
}

/**
 * Finds the suspensions of the plain run of a program: an observer of the run, and its {@link chooser}, which notes where there are points at
 * which a cancellation can strike.
 */
export class Suspensions implements Observer {
  readonly all: Suspension[] = [];
  readonly #cancellable: (task: TaskContract, name: string) => boolean;
  /** The current suspension of each task. */
  readonly #current = new Map<TaskContract, Suspension>();
  readonly #counts = new Map<TaskContract, number>();
  /** The tasks that became ready in their last step, or since. */
  readonly #ready = new Set<TaskContract>();
  /** The first and the last point after so many callbacks. */
  readonly #firstPoint = new Map<number, number>();
  readonly #lastPoint = new Map<number, number>();
  #loop: LoopContract | null = null;
  #order: ExploringOrder | null = null;

  constructor(cancellable: (task: TaskContract, name: string) => boolean) {
    this.#cancellable = cancellable;
  }

  attach(loop: LoopContract, order: ExploringOrder): void {
    this.#loop = loop;
    this.#order = order;
  }

  /** Takes the plain way. */
  readonly chooser: Chooser = ({ step, position }) => {
    if (!this.#firstPoint.has(step)) this.#firstPoint.set(step, position);
    this.#lastPoint.set(step, position);
    return 0;
  };

  pushed(runnable: Runnable, step: number): void {
    const task = taskOf(runnable);
    if (task === null) return;
    this.#ready.add(task);
    const current = this.#current.get(task);
    if (current !== undefined) current.until ??= step;
  }

  runs(runnable: Runnable): void {
    const task = taskOf(runnable);
    if (task === null) return;
    this.#ready.delete(task);
    this.#current.delete(task);
  }

  settled(step: number): void {
    for (const task of (this.#loop as LoopContract).tasks) {
      if (!this.#cancellable(task, this.#names.ofTask(task))) continue;
      const wait = this.#names.inText(task.describeWait());
      const current = this.#current.get(task);
      // An async function may go on without a callback of its own, when a foreign promise settles.
      if (current === undefined || (current.wait !== wait && current.until === null)) this.#begin(task, wait, step);
    }
  }

  /** The cancellations to try, each once. */
  strikes(): Strike[] {
    const strikes: Strike[] = [];
    const known = new Set<string>();
    const add = (suspension: Suspension, moment: Moment, position: number | undefined) => {
      const key = `${position} ${suspension.task}`;
      if (position === undefined || known.has(key)) return;
      known.add(key);
      strikes.push({ suspension, moment, position });
    };
    for (const suspension of this.all) {
      const { since, until } = suspension;
      add(suspension, until === since ? "after its end" : "at once", this.#firstPoint.get(since));
      if (until === null || until === since) continue;
      add(suspension, "before its end", this.#lastPoint.get(until - 1));
      add(suspension, "after its end", this.#firstPoint.get(until));
    }
    return strikes;
  }

  get #names(): ExploringOrder["names"] {
    return (this.#order as ExploringOrder).names;
  }

  #begin(task: TaskContract, wait: string, since: number): void {
    const number = wait === FIRST_TURN ? 0 : (this.#counts.get(task) ?? 0) + 1;
    this.#counts.set(task, number);
    // A new task, and one that gives up a turn or waits for what is done, is ready at once.
    const until = this.#ready.has(task) ? since : null;
    const suspension = { task: this.#names.ofTask(task), number, wait, since, until };
    this.#current.set(task, suspension);
    this.all.push(suspension);
  }
}
