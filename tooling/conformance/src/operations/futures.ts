// Section 5.4, first half: futures and their callbacks.
import { makeError } from "../errors.ts";
import { Future } from "../library.ts";
import type { Runtime } from "../runtime.ts";
import type { OperationTable } from "./table.ts";

function newFuture(runtime: Runtime, slot: string): void {
  runtime.storeFuture(slot, new Future({ loop: runtime.loop }));
}

/** The function that belongs to the name: made with the first body that comes with it, the same ever after. */
function doneCallback(runtime: Runtime, name: string, body: number): () => void {
  const known = runtime.callbacks.get(name);
  if (known !== undefined) return known;
  const made = runtime.callback(name, body);
  runtime.callbacks.set(name, made);
  return made;
}

function removeCallback(runtime: Runtime, slot: string, name: string): number {
  const callback = runtime.callbacks.get(name);
  return callback === undefined ? 0 : runtime.future(slot).removeDoneCallback(callback);
}

export const futures: OperationTable = {
  synchronous: {
    newFuture,
    setResult: (runtime, slot, value) => runtime.future(slot).setResult(value),
    setException: (runtime, slot, ...error) => runtime.future(slot).setException(makeError(error)),
    done: (runtime, slot) => runtime.future(slot).done(),
    cancelled: (runtime, slot) => runtime.future(slot).cancelled(),
    result: (runtime, slot) => runtime.future(slot).result(),
    exception: (runtime, slot) => runtime.future(slot).exception(),
    addCallback: (runtime, slot, name, body) => runtime.future(slot).addDoneCallback(doneCallback(runtime, name, body)),
    removeCallback,
  },
  objects: {
    future: newFuture,
  },
};
