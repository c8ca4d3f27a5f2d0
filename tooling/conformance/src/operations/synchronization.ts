// Section 5.5, first half: locks, events, conditions, semaphores and barriers.
import { Barrier, BoundedSemaphore, Condition, coroutine, Event, Lock, Semaphore } from "../library.ts";
import type { ObjectSpecification } from "../program.ts";
import { named, type Runtime } from "../runtime.ts";
import type { BlockBody, OperationTable } from "./table.ts";

type Acquirable = Lock | Condition | Semaphore;

function primitive<T>(runtime: Runtime, name: string): T {
  return named(runtime.primitives, name) as T;
}

const acquirable = primitive<Acquirable>;
const event = primitive<Event>;
const condition = primitive<Condition>;
const barrier = primitive<Barrier>;

function newCondition(runtime: Runtime, { lock }: ObjectSpecification): Condition {
  return typeof lock === "string" ? new Condition(primitive<Lock>(runtime, lock)) : new Condition();
}

/** The index is in the variable, if one is named, before the line is written. */
const waitAndStore = coroutine(function* waitAndStore(runtime: Runtime, name: string, variable: string) {
  const index = yield* barrier(runtime, name).wait();
  runtime.variables.set(variable, index);
  return index;
});

export const synchronization: OperationTable = {
  synchronous: {
    release: (runtime, name) => acquirable(runtime, name).release(),
    locked: (runtime, name) => acquirable(runtime, name).locked(),
    eventSet: (runtime, name) => event(runtime, name).set(),
    eventClear: (runtime, name) => event(runtime, name).clear(),
    eventIsSet: (runtime, name) => event(runtime, name).isSet(),
    notify: (runtime, name, n) => condition(runtime, name).notify(n),
    notifyAll: (runtime, name) => condition(runtime, name).notifyAll(),
    barrierState: (runtime, name) => {
      const { parties, nWaiting, broken } = barrier(runtime, name);
      return [parties, nWaiting, broken];
    },
  },
  awaiting: {
    acquire: (runtime, name) => acquirable(runtime, name).acquire(),
    eventWait: (runtime, name) => event(runtime, name).wait(),
    condWait: (runtime, name) => condition(runtime, name).wait(),
    condWaitFor: (runtime, name, predicate) => condition(runtime, name).waitFor(() => runtime.holds(predicate)),
    barrierWait: (runtime, name, variable) =>
      variable === undefined ? barrier(runtime, name).wait() : waitAndStore(runtime, name, variable),
    barrierReset: (runtime, name) => barrier(runtime, name).reset(),
    barrierAbort: (runtime, name) => barrier(runtime, name).abort(),
  },
  blocks: {
    asyncWith: (runtime, body, name) => primitive<{ with(body: BlockBody): unknown }>(runtime, name).with(body),
  },
  objects: {
    lock: (runtime, name) => runtime.primitives.set(name, new Lock()),
    event: (runtime, name) => runtime.primitives.set(name, new Event()),
    condition: (runtime, name, specification) => runtime.primitives.set(name, newCondition(runtime, specification)),
    semaphore: (runtime, name, { value }) => runtime.primitives.set(name, new Semaphore(value as number)),
    boundedSemaphore: (runtime, name, { value }) => runtime.primitives.set(name, new BoundedSemaphore(value as number)),
    barrier: (runtime, name, { parties }) => runtime.primitives.set(name, new Barrier(parties as number)),
  },
};
