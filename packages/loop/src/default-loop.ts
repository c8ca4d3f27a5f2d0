import { checkOptionNames, describe, type LoopContract, loopForNew, RuntimeError, registry } from "@tsyncio/contract";
import { EventLoop } from "./event-loop.js";
import { detectHost } from "./hosts/detect.js";
import { LOOP_OPTIONS, type LoopOptions } from "./loop-options.js";

/** A loop that runs inside `runForever()` and `runUntilComplete()` (`asyncio.new_event_loop`). Close it when done. */
export function newEventLoop(options: LoopOptions = {}): EventLoop {
  checkOptionNames("newEventLoop()", options, LOOP_OPTIONS);
  const host = options.host ?? detectHost();
  if (typeof host.afterMicrotasks !== "function") throw new TypeError(`host must be a host, got ${describe(host)}`);
  return new EventLoop(host, options);
}

/**
 * The loop that whatever is made here belongs to (`asyncio.get_event_loop`): the running one; in a callback registered inside a `run`,
 * that of the run; else what {@link setEventLoop} was given; else the default loop, which the host pumps whenever it has work.
 */
export function getEventLoop(): LoopContract {
  return loopForNew();
}

/** What {@link getEventLoop} gives where no loop runs; `null`: the default loop again. */
export function setEventLoop(loop: LoopContract | null): void {
  if (loop !== null && typeof (loop as Partial<LoopContract> | undefined)?.enqueue !== "function") {
    throw new TypeError(`loop must be an event loop or null, got ${describe(loop)}`);
  }
  if (loop?.isClosed()) throw new RuntimeError("Event loop is closed");
  registry.eventLoop = loop;
}

let defaultLoop: EventLoop | null = null;

registry.defaultLoop ??= () => {
  if (defaultLoop === null || defaultLoop.isClosed()) defaultLoop = new EventLoop(detectHost(), {}, true);
  return defaultLoop;
};
