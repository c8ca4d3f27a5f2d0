import type { ExceptionContext, Host, TimerEntry } from "@tsyncio/contract";
import { type EventLoop, type ExceptionHandler, type LoopOptions, newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { expect } from "vitest";

type VirtualLoop = ReturnType<typeof newVirtualLoop>;

/** A loop, with what it says and what it holds under watch. */
export interface World<L extends EventLoop = VirtualLoop> {
  readonly loop: L;
  /** What the loop told its exception handler and nobody took. */
  readonly reports: ExceptionContext[];
  /** What the loop wrote for the developer and nobody took. */
  readonly log: string[];
  /** {@link reports} as texts (`message: error`), which are taken. */
  takeReports(): string[];
  /** Says that {@link leave} will find this report, which comes when the loop is closed. */
  willReport(text: string): void;
  /** {@link log}, which is taken. */
  takeLog(): string[];
  /** The timers that are set. */
  timersLeft(): string[];
  /** Closes the loop. Fails when a task, timer, foreign promise, iterator, report or line of the log is left. */
  leave(): void;
}

/** A world on a virtual clock. */
export function worldOf(options: Parameters<typeof newVirtualLoop>[0] = {}): World {
  return watched((exceptionHandler) => newVirtualLoop({ exceptionHandler, ...options }));
}

/** A world in real time: for what only that can show. Its loop calls no callback slow, for that is up to what else the machine does. */
export function realWorld(options: LoopOptions = {}): World<EventLoop> {
  const world = watched((exceptionHandler) => newEventLoop({ exceptionHandler, ...options }));
  world.loop.slowCallbackDuration = "1h";
  return world;
}

function watched<L extends EventLoop>(make: (handler: ExceptionHandler) => L): World<L> {
  const reports: ExceptionContext[] = [];
  const log: string[] = [];
  const expected: string[] = [];
  const timers: TimerEntry[] = [];
  const loop = make((_, context) => reports.push(context));
  const addTimer = loop.addTimer.bind(loop);
  loop.addTimer = (timer) => {
    addTimer(timer);
    timers.push(timer);
  };
  const { host } = loop;
  const ownLog = Object.getOwnPropertyDescriptor(host, "log");
  host.log = (_, message) => log.push(message);
  const timersLeft = () =>
    timers.filter((timer) => !timer.cancelled() && timer.when() > loop.time()).map((timer) => String(timer));
  return {
    loop,
    timersLeft,
    reports,
    log,
    takeReports: () => reports.splice(0).map(textOf),
    willReport: (text) => expected.push(text),
    takeLog: () => log.splice(0),
    leave() {
      const left = {
        tasks: [...loop.tasks].map(String),
        timers: timersLeft(),
        foreignWork: [...loop.foreignWork].map((work) => work.foreignWait()),
        iterators: loop.openIterators.size,
      };
      loop.close();
      // Hosts of real loops are shared.
      if (ownLog === undefined) delete (host as Partial<Host>).log;
      else Object.defineProperty(host, "log", ownLog);
      expect({ ...left, reports: reports.map(textOf), log }, "what is left").toEqual({
        tasks: [],
        timers: [],
        foreignWork: [],
        iterators: 0,
        reports: expected,
        log: [],
      });
    },
  };
}

function textOf({ message, exception }: ExceptionContext): string {
  return exception === undefined ? message : `${message}: ${exception}`;
}
