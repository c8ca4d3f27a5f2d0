import type { LoopContract, Runnable, TaskContract } from "@tsyncio/contract";
import type { ReadyOrder } from "@tsyncio/loop";
import type { ExploringHost } from "./exploring-host.js";
import { PendingIo, type SimulatedIo } from "./io.js";
import { isTimer, Names, taskOf } from "./names.js";
import type { ChoiceKind, Chooser, Departure, Point } from "./point.js";
import type { Order } from "./schedule-text.js";

/** What may be chosen in a run. */
export interface OrderSettings {
  readonly order: Order;
  /** How many cancellations may strike. */
  readonly cancellations: number;
  readonly cancellable: (task: TaskContract, name: string) => boolean;
  /** After how many callbacks a run counts as endless. */
  readonly maxSteps: number;
}

/** Sees what a run does. `step`: how many callbacks ran before. */
export interface Observer {
  /** `runnable` has become ready. */
  pushed?(runnable: Runnable, step: number): void;
  /** `runnable` is about to run. */
  runs?(runnable: Runnable, step: number): void;
  /** A task was made. */
  made?(task: TaskContract): void;
  /** A task is about to be cancelled. */
  cancels?(task: TaskContract, step: number): void;
  /** What ran last has run, and the native code that it woke. */
  settled?(step: number): void;
  /** The run has failed. Nobody is told of what follows. */
  failed?(kind: string): void;
  /** The run begins. */
  attach?(loop: LoopContract, order: ExploringOrder): void;
}

/** A run did not end. */
export class Endless extends Error {
  constructor(steps: number) {
    super(`the program did not end within ${steps} callbacks (maxSteps)`);
    this.name = "Endless";
  }
}

/**
 * The ready order of an explored run. Before each callback, and before the clock is moved, it lists what may happen next, asks the
 * chooser, and sees to it that this happens.
 *
 * Its own callbacks (the end of main, an event that was chosen while nothing was ready) run first and are nobody's choice.
 */
export class ExploringOrder implements ReadyOrder {
  readonly names: Names = new Names();
  readonly io: PendingIo = new PendingIo();
  /** Callbacks of the explorer itself. */
  readonly own: Set<Runnable> = new Set();
  /** How many choices there were at each point so far. */
  readonly sizes: number[] = [];
  readonly departures: Departure[] = [];
  /** How many callbacks ran, and how often one of another task than the last came next. */
  steps = 0;
  switches = 0;
  /** How many cancellations have struck. */
  cancelled = 0;
  /** Called when something ran, before anything else does. What it throws ends the run. */
  onSettled: () => void = () => {};
  /** Called when nothing is ready. What it throws ends the run. */
  onIdle: () => void = () => {};
  readonly #settings: OrderSettings;
  readonly #chooser: Chooser;
  #observer: Observer | null;
  readonly #ready: Runnable[] = [];
  readonly #own: Runnable[] = [];
  #loop: LoopContract | null = null;
  #host: ExploringHost | null = null;
  /** Whether the host will say when nothing can run. */
  #listening = false;
  /** The callback that {@link push} is about to get is our own. */
  #pushingOwn = false;
  #owner: object | null = null;
  #ranSomething = false;
  #over = false;

  constructor(settings: OrderSettings, chooser: Chooser, observer: Observer | null) {
    this.#settings = settings;
    this.#chooser = chooser;
    this.#observer = observer;
  }

  attach(loop: LoopContract, host: ExploringHost): void {
    this.#loop = loop;
    this.#host = host;
    this.#nameTasks(loop);
    this.#listen();
  }

  /** Puts `runnable` before all else. */
  enqueueOwn(runnable: Runnable): void {
    this.asOwn(() => this.#loop?.enqueue(runnable));
  }

  /** What becomes ready inside of `fn` is our own. */
  asOwn(fn: () => void): void {
    this.#pushingOwn = true;
    fn();
    this.#pushingOwn = false;
  }

  /** From now on nobody is told. */
  stopObserving(): void {
    this.#observer = null;
  }

  /** From now on everything goes the plain way. */
  stopChoosing(): void {
    this.#over = true;
  }

  get size(): number {
    // In the free order a turn is one callback: what that makes ready may be next.
    const ready = this.#settings.order === "free" ? Math.min(this.#ready.length, 1) : this.#ready.length;
    return this.#own.length + ready;
  }

  push(runnable: Runnable): void {
    if (this.#pushingOwn || this.own.has(runnable)) {
      this.#own.push(runnable);
      return;
    }
    this.#ready.push(runnable);
    this.#observer?.pushed?.(runnable, this.steps);
  }

  shift(): Runnable {
    this.#listen();
    const own = this.#own.shift();
    if (own !== undefined) return own;
    this.#settle();
    if (this.steps >= this.#settings.maxSteps) {
      throw new Endless(this.#settings.maxSteps);
    }
    const runs = this.#settings.order === "free" ? this.#ready.length : this.#ties();
    const event = this.#choose(this.#ready.slice(0, runs), false);
    return typeof event === "number" ? this.#take(event) : (event as Runnable);
  }

  clear(): void {
    this.#ready.length = 0;
    this.#own.length = 0;
  }

  trim(): void {}

  /** Gives tasks their names in the order they are made, whoever asks for which name first. */
  #nameTasks({ tasks }: LoopContract): void {
    const { add } = tasks;
    tasks.add = (task) => {
      add.call(tasks, task);
      this.names.ofTask(task);
      this.#observer?.made?.(task);
    };
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#host?.whenIdle(this.#idle);
  }

  /** Nothing is ready, and the clock is about to jump. */
  readonly #idle = (): void => {
    this.#listening = false;
    try {
      this.#settle();
      this.onIdle();
      const event = this.#choose([], true);
      if (typeof event === "object" && event !== null) this.enqueueOwn(event);
    } catch (error) {
      this.#loop?.abort(error);
    }
  };

  #settle(): void {
    if (!this.#ranSomething) return;
    this.#ranSomething = false;
    this.#observer?.settled?.(this.steps);
    this.onSettled();
  }

  /** How many of the first callbacks are timers with one and the same deadline: which of them comes first is open. */
  #ties(): number {
    const [first] = this.#ready;
    if (first === undefined || !isTimer(first)) return 1;
    const other = this.#ready.findIndex((each) => !isTimer(each) || each.when() !== first.when());
    return other < 0 ? this.#ready.length : other;
  }

  /** The number of a ready callback; an event that takes its place; `null` to let the clock go on. */
  #choose(ready: readonly Runnable[], idle: boolean): number | Runnable | null {
    const { io } = this;
    if (this.#over) return idle ? this.#begin(io.size > 0 ? io.at(0) : null) : 0;
    // Time stands still for ever only when no I/O can end that.
    const clock = idle && (io.size === 0 || this.#host?.hasDeadline()) ? 1 : 0;
    const targets = this.cancelled < this.#settings.cancellations ? this.#targets() : [];
    const size = ready.length + io.size + clock + targets.length;
    const events = ready.length + io.size;
    let choice = 0;
    if (size > 1) {
      const position = this.sizes.length;
      this.sizes.push(size);
      const kind = (i: number): ChoiceKind =>
        i < ready.length ? "run" : i < events ? "io" : i < events + clock ? "clock" : "cancel";
      const actor = (i: number): string =>
        i < ready.length
          ? this.names.ofRunnable(ready[i] as Runnable)
          : i < events
            ? `io ${io.at(i - ready.length).name}`
            : i < events + clock
              ? "clock"
              : this.names.ofTask(targets[i - events - clock] as TaskContract);
      choice = this.#chooser({ position, step: this.steps, size, kind, actor } satisfies Point);
      if (choice > 0) this.departures.push({ position, choice });
    }
    if (choice < ready.length) return choice;
    if (choice < events) return this.#begin(io.at(choice - ready.length));
    if (choice < events + clock) return null;
    return this.#cancel(targets[choice - events - clock] as TaskContract);
  }

  #targets(): TaskContract[] {
    const tasks = [...(this.#loop as LoopContract).tasks];
    return tasks.filter((task) => !task.done() && this.#settings.cancellable(task, this.names.ofTask(task)));
  }

  #take(index: number): Runnable {
    const [runnable] = this.#ready.splice(index, 1) as [Runnable];
    const owner = taskOf(runnable) ?? runnable;
    if (owner !== this.#owner) this.switches++;
    this.#owner = owner;
    return this.#ran(runnable);
  }

  #begin(io: SimulatedIo<unknown> | null): Runnable | null {
    return io === null ? null : this.#ran(io);
  }

  #ran(runnable: Runnable): Runnable {
    this.#observer?.runs?.(runnable, this.steps);
    this.#ranSomething = true;
    this.steps++;
    return runnable;
  }

  #cancel(task: TaskContract): Runnable {
    const loop = this.#loop as LoopContract;
    this.cancelled++;
    this.#observer?.cancels?.(task, this.steps);
    this.#ranSomething = true;
    return {
      run() {
        // Host functions hear of it through their signals.
        loop.wakesNative();
        task.cancel();
      },
    };
  }
}
