// Section 5.4, second half: handles of the loop; and timeouts.
import { Timeout, timeout, timeoutAt } from "../library.ts";
import { named } from "../runtime.ts";
import type { OperationTable } from "./table.ts";

export const timers: OperationTable = {
  synchronous: {
    callSoon: (runtime, handle, body) => {
      runtime.handles.set(handle, runtime.loop.callSoon(runtime.callback(handle, body)));
    },
    callLater: (runtime, handle, delay, body) => {
      runtime.handles.set(handle, runtime.loop.callLater(delay, runtime.callback(handle, body)));
    },
    callAt: (runtime, handle, when, body) => {
      runtime.handles.set(handle, runtime.loop.callAt(when, runtime.callback(handle, body)));
    },
    cancelHandle: (runtime, handle) => named(runtime.handles, handle).cancel(),
    handleCancelled: (runtime, handle) => named(runtime.handles, handle).cancelled(),
    reschedule: (runtime, name, delay) =>
      named(runtime.timeouts, name).reschedule(delay === null ? null : runtime.loop.time() + delay),
    expired: (runtime, name) => named(runtime.timeouts, name).expired(),
    when: (runtime, name) => named(runtime.timeouts, name).when(),
  },
  blocks: {
    timeout: (runtime, body, name, delay) =>
      runtime.isDeclared(name) ? named(runtime.timeouts, name).run(body) : timeout(delay, body),
    timeoutAt: (_runtime, body, _name, when) => timeoutAt(when, body),
  },
  objects: {
    timeout: (runtime, name, { when }) => runtime.timeouts.set(name, new Timeout(when as number | null)),
  },
};
