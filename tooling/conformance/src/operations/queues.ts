// Section 5.5, second half: queues.
import { LifoQueue, PriorityQueue, Queue } from "../library.ts";
import type { Scalar } from "../program.ts";
import { named, type Runtime } from "../runtime.ts";
import type { OperationTable } from "./table.ts";

function queue(runtime: Runtime, name: string): Queue<Scalar> {
  return named(runtime.primitives, name) as Queue<Scalar>;
}

export const queues: OperationTable = {
  synchronous: {
    putNowait: (runtime, name, item) => queue(runtime, name).putNowait(item),
    getNowait: (runtime, name) => queue(runtime, name).getNowait(),
    taskDone: (runtime, name) => queue(runtime, name).taskDone(),
    shutdown: (runtime, name, immediate) => queue(runtime, name).shutdown(immediate),
    queueState: (runtime, name) => {
      const q = queue(runtime, name);
      return [q.qsize(), q.empty(), q.full()];
    },
  },
  awaiting: {
    put: (runtime, name, item) => queue(runtime, name).put(item),
    get: (runtime, name) => queue(runtime, name).get(),
    join: (runtime, name) => queue(runtime, name).join(),
  },
  objects: {
    queue: (runtime, name, { maxsize }) => runtime.primitives.set(name, new Queue(maxsize as number)),
    lifoQueue: (runtime, name, { maxsize }) => runtime.primitives.set(name, new LifoQueue(maxsize as number)),
    priorityQueue: (runtime, name, { maxsize }) => runtime.primitives.set(name, new PriorityQueue(maxsize as number)),
  },
};
