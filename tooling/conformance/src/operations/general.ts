// Section 5.1: variables, time, errors.
import { makeError, makeGroup } from "../errors.ts";
import { sleep } from "../library.ts";
import type { Runtime } from "../runtime.ts";
import type { OperationTable } from "./table.ts";

function setVariable(runtime: Runtime, name: string, n: number): number {
  runtime.variables.set(name, n);
  return n;
}

function getVariable(runtime: Runtime, name: string): number {
  return runtime.variables.get(name) ?? 0;
}

export const general: OperationTable = {
  synchronous: {
    log: (_runtime, value) => value,
    setVar: setVariable,
    addVar: (runtime, name, n) => setVariable(runtime, name, getVariable(runtime, name) + n),
    getVar: getVariable,
    busy: (runtime, duration) => runtime.host.advance(duration),
    time: (runtime) => runtime.loop.time(),
    raise: (_runtime, ...error) => {
      throw makeError(error);
    },
    raiseGroup: (_runtime, message, errors) => {
      throw makeGroup(message, errors);
    },
  },
  awaiting: {
    sleep: (_runtime, delay, value) => sleep(delay, value),
  },
};
