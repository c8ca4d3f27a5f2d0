import type { ExceptionContext } from "@tsyncio/contract";
import type { EventLoop, newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { coroutine } from "@tsyncio/tasks";

export { failureOf } from "@tsyncio/test-support";

/** Gives up several turns. */
export const turns = coroutine(function* turns(count: number) {
  for (let i = 0; i < count; i++) yield;
});

/** The options of a run on a virtual clock, its loops, and what these told their exception handler. */
export function watched(make: typeof newEventLoop | typeof newVirtualLoop = newVirtualLoop) {
  const reports: ExceptionContext[] = [];
  const loops: EventLoop[] = [];
  const loopFactory = () => {
    const loop = make({ exceptionHandler: (_, context) => reports.push(context) });
    loops.push(loop);
    return loop;
  };
  return { loopFactory, loops, reports };
}
