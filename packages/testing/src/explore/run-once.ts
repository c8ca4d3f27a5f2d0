import {
  type Awaitable,
  type Body,
  CancelledError,
  DeadlockError,
  type ExceptionContext,
  type TaskContract,
  type TimerEntry,
} from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { EventLoop } from "@tsyncio/loop";
import { bareCell, runInCell } from "@tsyncio/tasks";
import { cancelAll, reportError } from "../run-to-end.js";
import { BrokenInvariant, type Check, checkAll, checkFinally, type FinalCheck, type Named, named } from "./checks.js";
import { ExploringHost } from "./exploring-host.js";
import { Endless, ExploringOrder, type Observer, type OrderSettings } from "./exploring-order.js";
import type { Names } from "./names.js";
import type { Chooser, Departure } from "./point.js";

/** What a program that is run under many schedules gets, anew in each run. */
export interface ExploredRun {
  /** Says what must hold after every step: `t.always("no account is overdrawn", () => account.balance >= 0)`. */
  always(what: string, check: Check): void;
  /** Says what must hold whenever nothing can run before I/O completes or the clock jumps: `"nobody waits for an item that is there"`. */
  whenIdle(what: string, check: Check): void;
  /** Says what must hold at the end, when the program and all its tasks have ended. The check may wait, as an async function. */
  finally(what: string, check: FinalCheck): void;
  /**
   * An operation that completes when the schedule says so, as I/O does; waits for it give `result`, or what it gives when it is a
   * function, called at the completion. May be cancelled: it has not happened then.
   */
  io(name: string): Awaitable<void>;
  io<T>(name: string, result: T | (() => T)): Awaitable<T>;
}

/** A program that can be run again and again: makes all that it uses itself. */
export type Program = Body<[t: ExploredRun], unknown>;

/** How each run goes. */
export interface RunSettings extends OrderSettings {
  readonly foreign: "wait" | "error";
  /** Whether a timer that is left at the end is a failure. */
  readonly leaks: boolean;
  /** What `main` may end with besides a value, and a cancellation where one struck. */
  readonly mayFail: (error: unknown) => boolean;
  /** Whether debug mode is on, for the sake of places in reports. */
  readonly debug: boolean;
}

/** In which way a run failed. */
export type FailureKind = "error" | "invariant" | "deadlock" | "endless" | "unread error" | "leak";

export interface Failure {
  readonly kind: FailureKind;
  readonly error: unknown;
}

/** What is known of a run when it is over. */
export interface RunRecord {
  readonly failure: Failure | null;
  /** What main threw, in a box. */
  readonly thrown: { readonly error: unknown } | null;
  /** What its tasks are called. */
  readonly names: Names;
  readonly sizes: readonly number[];
  readonly departures: readonly Departure[];
  readonly steps: number;
  readonly switches: number;
}

/** Runs `program` once, on a loop of its own, with `chooser` deciding what happens next wherever that is open. */
export async function runOnce(
  program: Program,
  settings: RunSettings,
  chooser: Chooser,
  observer: Observer | null = null,
): Promise<RunRecord> {
  const run = new SingleRun(program, settings, chooser, observer);
  await run.main();
  await run.cleanUp();
  await run.checkEnd();
  return run.close();
}

/** One run: {@link main}, {@link cleanUp}, {@link checkEnd} and {@link close}, in this order. The first failure is kept. */
class SingleRun {
  readonly #settings: RunSettings;
  readonly #observer: Observer | null;
  readonly #order: ExploringOrder;
  readonly #loop: EventLoop;
  readonly #main: TaskContract;
  readonly #always: Named<Check>[] = [];
  readonly #whenIdle: Named<Check>[] = [];
  readonly #finally: Named<FinalCheck>[] = [];
  readonly #reports: ExceptionContext[] = [];
  readonly #timers: TimerEntry[] = [];
  #failure: Failure | null = null;
  #thrown: { readonly error: unknown } | null = null;

  constructor(program: Program, settings: RunSettings, chooser: Chooser, observer: Observer | null) {
    this.#settings = settings;
    this.#observer = observer;
    const order = new ExploringOrder(settings, chooser, observer);
    const host = new ExploringHost({ foreign: settings.foreign });
    const exceptionHandler = (_: unknown, context: ExceptionContext) => this.#reports.push(context);
    const loop = new EventLoop(host, { ready: order, debug: settings.debug, exceptionHandler });
    order.attach(loop, host);
    observer?.attach?.(loop, order);
    this.#order = order;
    this.#loop = loop;
    if (settings.leaks) this.#watchTimers();
    order.onSettled = () => {
      if (this.#failure === null) checkAll(this.#always);
    };
    order.onIdle = () => {
      if (this.#failure === null) checkAll(this.#whenIdle);
    };
    const t = this.#tools();
    const main = () => program(t);
    this.#main = runInCell(bareCell(loop), loop, () => loop.createTask(main, { name: "main" }));
  }

  /** Runs the program to its end. */
  async main(): Promise<void> {
    const ended = new Future<void>({ loop: this.#loop });
    const tell = { loop: this.#loop, run: () => this.#order.asOwn(() => ended.setResult()) };
    this.#main.addWaiter(tell);
    this.#order.own.add(tell);
    try {
      await this.#loop.runUntilComplete(ended);
    } catch (error) {
      this.#fail(kindOf(error), error);
    }
    this.#order.stopChoosing();
    if (!this.#main.done()) return;
    const error = this.#main.cancelled() ? new CancelledError() : this.#main.exception();
    if (error === null) return;
    this.#thrown = { error };
    const wasAsked = error instanceof CancelledError && this.#order.cancelled > 0;
    if (!wasAsked && !this.#settings.mayFail(error)) this.#fail("error", error);
  }

  /** Cancels the tasks that are left and waits for them, as `run` does. */
  async cleanUp(): Promise<void> {
    try {
      await cancelAll(this.#loop);
      await this.#loop.shutdownAsyncgens();
    } catch (error) {
      this.#fail(kindOf(error), error);
    }
  }

  /** Checks what must hold at the end, if all went well so far. */
  async checkEnd(): Promise<void> {
    if (this.#failure !== null || this.#finally.length === 0) return;
    this.#order.stopObserving();
    try {
      await this.#loop.runUntilComplete(() => checkFinally(this.#finally));
    } catch (error) {
      this.#fail(kindOf(error), error);
    }
  }

  close(): RunRecord {
    const left = this.#timers.filter((timer) => timer.scheduled && !timer.cancelled());
    this.#loop.close();
    const [report] = this.#reports;
    if (report !== undefined) this.#fail("unread error", reportError(report));
    const texts = left.map((timer) => `\n  ${this.#order.names.inText(String(timer))}`);
    if (left.length > 0) this.#fail("leak", new Error(`timers are left:${texts.join("")}`));
    const { names, sizes, departures, steps, switches } = this.#order;
    return { failure: this.#failure, thrown: this.#thrown, names, sizes, departures, steps, switches };
  }

  #fail(kind: FailureKind, error: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = { kind, error };
    this.#order.stopObserving();
    this.#observer?.failed?.(kind);
  }

  #watchTimers(): void {
    const loop = this.#loop;
    const addTimer = loop.addTimer;
    loop.addTimer = (timer) => {
      addTimer.call(loop, timer);
      this.#timers.push(timer);
    };
  }

  #tools(): ExploredRun {
    return {
      always: (what, check) => {
        this.#always.push(named("always", what, check));
      },
      whenIdle: (what, check) => {
        this.#whenIdle.push(named("whenIdle", what, check));
      },
      finally: (what, check) => {
        this.#finally.push(named("finally", what, check));
      },
      io: <T>(name: string, result?: T | (() => T)) => this.#order.io.begin(name, result as T | (() => T)),
    };
  }
}

function kindOf(error: unknown): FailureKind {
  if (error instanceof BrokenInvariant) return "invariant";
  if (error instanceof DeadlockError) return "deadlock";
  return error instanceof Endless ? "endless" : "error";
}
