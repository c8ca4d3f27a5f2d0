import {
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  LifoQueue,
  Lock,
  PriorityQueue,
  Queue,
  Semaphore,
} from "@tsyncio/sync";
import type { Proof } from "./programs/program.ts";
import { connectionProof, readerProof } from "./programs/streams.ts";
import {
  barrierProof,
  conditionCancelProof,
  conditionProof,
  eventProof,
  gateProof,
  queueProof,
} from "./programs/sync.ts";
import { timeouts } from "./programs/tasks.ts";

/** What is proved of each primitive. */
export const proofs: Readonly<Record<string, Proof>> = {
  Lock: gateProof(() => new Lock(), 1),
  "Semaphore of 1": gateProof(() => new Semaphore(1), 1),
  "Semaphore of 2": gateProof(() => new Semaphore(2), 2),
  BoundedSemaphore: gateProof(() => new BoundedSemaphore(1), 1),
  Event: eventProof(() => new Event()),
  Condition: conditionProof(() => new Condition()),
  "Condition, when waiters are cancelled": conditionCancelProof(() => new Condition()),
  Queue: queueProof((maxsize) => new Queue<number>(maxsize)),
  LifoQueue: queueProof((maxsize) => new LifoQueue<number>(maxsize)),
  PriorityQueue: queueProof((maxsize) => new PriorityQueue<number>(maxsize)),
  Barrier: barrierProof((parties) => new Barrier(parties)),
  StreamReader: readerProof,
  "StreamReader and StreamWriter": connectionProof,
  ...timeouts,
};
