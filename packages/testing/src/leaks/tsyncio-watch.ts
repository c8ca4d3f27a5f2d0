import {
  type LoopContract,
  registry,
  type Startable,
  type TaskContract,
  type TaskFactory,
  type TaskOptions,
  type TimerEntry,
  type UnreadFailure,
} from "@tsyncio/contract";
import { callerLocation } from "@tsyncio/loop";
import type { Leak, Watch } from "./leak.js";

interface Made<T> {
  readonly thing: T;
  readonly loop: LoopContract;
  readonly source: string | null;
}

/**
 * Tasks, timers and unread errors: of the default loop, and of every loop that a task is made on meanwhile. Where they were made is known without
 * debug mode, since whatever makes them is watched.
 */
export class TsyncioWatch implements Watch {
  readonly #tasks: Made<TaskContract>[] = [];
  readonly #timers: Made<TimerEntry>[] = [];
  readonly #failures: Made<UnreadFailure>[] = [];
  readonly #loops = new Map<LoopContract, () => void>();
  readonly #factory: TaskFactory | null = registry.taskFactory;
  readonly #watching: TaskFactory;
  #stopped = false;

  constructor() {
    const factory = this.#factory;
    this.#watching = <T>(loop: LoopContract, source: Startable<T>, options: TaskOptions) => {
      this.#watch(loop);
      const task = (factory as TaskFactory)<T>(loop, source, options);
      if (!this.#stopped) this.#note(this.#tasks, loop, task as TaskContract);
      return task;
    };
    if (factory !== null) registry.taskFactory = this.#watching;
    for (const loop of [registry.defaultLoop?.(), registry.eventLoop]) if (loop) this.#watch(loop);
  }

  left(told: boolean): Leak[] {
    const tasks = this.#tasks
      .filter(({ thing }) => !thing.done())
      .map(({ thing, source }) => {
        const what = `${thing.getName()} (${thing.getCoro().name}) waits for ${thing.describeWait()}`;
        return { kind: "task", what, source };
      });
    const timers = this.#timers
      .filter(({ thing, loop }) => thing.scheduled && !thing.cancelled() && !loop.isClosed())
      // A task that sleeps is told as a task.
      .filter(({ thing }) => !tasks.some(({ what }) => what.includes(String(thing))))
      .map(({ thing, source }) => ({ kind: "timer", what: String(thing), source }));
    const unread = this.#failures
      .filter(({ thing }) => !thing.isRead())
      .map(({ thing, loop }) => (told ? this.#tell(thing, loop) : { kind: "unread error", what: "", source: null }));
    return [...tasks, ...timers, ...unread];
  }

  stop(): void {
    this.#stopped = true;
    // Another watch may have come on top: it goes on, through this one, which notes nothing any more.
    if (registry.taskFactory === this.#watching) registry.taskFactory = this.#factory;
    for (const unwatch of this.#loops.values()) unwatch();
  }

  #watch(loop: LoopContract): void {
    if (this.#stopped || this.#loops.has(loop)) return;
    const { addTimer, watchFailure } = loop;
    const own = { addTimer: Object.hasOwn(loop, "addTimer"), watchFailure: Object.hasOwn(loop, "watchFailure") };
    const watching = {
      addTimer: (timer: TimerEntry) => {
        addTimer.call(loop, timer);
        if (!this.#stopped) this.#note(this.#timers, loop, timer);
      },
      watchFailure: (failure: UnreadFailure) => {
        watchFailure.call(loop, failure);
        if (!this.#stopped) this.#note(this.#failures, loop, failure);
      },
    };
    Object.assign(loop, watching);
    this.#loops.set(loop, () => {
      for (const name of ["addTimer", "watchFailure"] as const) {
        if (loop[name] !== watching[name]) continue;
        if (own[name]) Object.assign(loop, { addTimer, watchFailure });
        else delete (loop as Partial<LoopContract>)[name];
      }
    });
  }

  /** What a failure would be reported as; it counts as read from now on. */
  #tell(failure: UnreadFailure, loop: LoopContract): Leak {
    const handler = loop.getExceptionHandler();
    const leak = { kind: "unread error", what: "", source: null as string | null };
    loop.setExceptionHandler((_, { message, exception, task }) => {
      leak.what = `(${message}) ${exception}`;
      leak.source = this.#tasks.find(({ thing }) => thing === task)?.source ?? null;
    });
    try {
      failure.report();
    } finally {
      loop.setExceptionHandler(handler);
    }
    return leak;
  }

  #note<T>(list: Made<T>[], loop: LoopContract, thing: T): void {
    list.push({ thing, loop, source: callerLocation() });
  }
}
