// What the primitives of @tsyncio/sync must keep, whatever the order of events. Each program takes the primitive, so that a broken one can be put in.
import { BrokenBarrierError, isTimeoutError } from "@tsyncio/contract";
import { on, type Script } from "@tsyncio/test-support";
import { allTasksBlocked } from "@tsyncio/testing";
import { sleep, timeout } from "@tsyncio/timeouts";
import { ended, inTasks, type Proof, proof, startTasks } from "./program.ts";

type Waiting = PromiseLike<unknown>;

/** What a lock or a semaphore has. */
export interface Gate {
  acquire(): Waiting;
  release(): void;
}

/** So many may be inside at once; each comes in and goes out again; at the end all places are free. */
export function gateProof(make: () => Gate, places: number): Proof {
  return proof(function* (t, kind, size) {
    const gate = make();
    let inside = 0;
    let waiting = 0;
    t.always("no more are inside than may be", () => inside <= places);
    t.whenIdle("nobody waits for a place that is free", () => waiting === 0 || inside === places);
    t.finally("all have left", () => inside === 0);
    t.finally("all places are free", async () => {
      for (let i = 0; i < places; i++) await timeout(1, () => gate.acquire());
    });
    yield* inTasks(kind, size, function* () {
      waiting++;
      try {
        yield* on(gate.acquire());
      } finally {
        waiting--;
      }
      inside++;
      try {
        yield* on(t.io("work"));
      } finally {
        inside--;
        gate.release();
      }
    });
  });
}

/** What an event has. */
export interface EventLike {
  set(): void;
  clear(): void;
  wait(): Waiting;
}

/** Whoever waits when the event is set goes on, also when it is cleared again at once. */
export function eventProof(make: () => EventLike): Proof {
  return proof(function* (t, kind, size) {
    const event = make();
    let waiting = 0;
    let woken = 0;
    const waiters = startTasks(kind, size, function* () {
      waiting++;
      try {
        yield* on(event.wait());
        woken++;
      } finally {
        waiting--;
      }
    });
    t.finally(
      "all went on, or were cancelled",
      () => waiting === 0 && woken + waiters.filter((task) => task.cancelled()).length === size,
    );
    // All of them wait. Lost wake-ups show as a deadlock.
    yield* on(allTasksBlocked());
    event.set();
    event.clear();
    yield* on(ended(waiters));
  });
}

/** What a condition has. */
export interface ConditionLike extends Gate {
  wait(): Waiting;
  notify(n?: number): void;
}

/** Each item that is put wakes somebody who takes it, unless nobody is left who could. */
export function conditionProof(make: () => ConditionLike): Proof {
  return proof(function* (t, kind, size) {
    const condition = make();
    let items = 0;
    let hungry = 0;
    let holders = 0;
    t.always("the lock is held by one at most", () => holders <= 1);
    t.finally("the lock is free", async () => {
      await timeout(1, () => condition.acquire());
    });
    t.whenIdle("nobody waits while there are items", () => hungry === 0 || items === 0);
    startTasks(
      kind,
      size,
      function* () {
        yield* on(condition.acquire());
        holders++;
        hungry++;
        try {
          while (items === 0) {
            holders--;
            try {
              yield* on(condition.wait());
            } finally {
              holders++;
            }
          }
          items--;
        } finally {
          hungry--;
          holders--;
          condition.release();
        }
      },
      "consumer",
    );
    const producer = function* (): Script<void> {
      for (let i = 0; i < size; i++) {
        yield* on(t.io("produce"));
        yield* on(condition.acquire());
        items++;
        condition.notify();
        condition.release();
      }
    };
    yield* inTasks(kind, 1, producer, "producer");
  });
}

/** A cancelled `wait()` ends in a cancellation, with the lock held: it neither swallows it nor loses the lock. */
export function conditionCancelProof(make: () => ConditionLike): Proof {
  return proof(function* (t, kind, size) {
    const condition = make();
    const waits = new Map<number, string>();
    const [...waiters] = startTasks(
      kind,
      size,
      function* (i) {
        yield* on(condition.acquire());
        try {
          yield* on(condition.wait());
          waits.set(i, "notified");
        } finally {
          condition.release();
        }
      },
      "waiter",
    );
    t.finally("who was cancelled and not notified before knows it", () =>
      waiters.every((task, i) => task.cancelling() === 0 || task.cancelled() || waits.get(i) === undefined),
    );
    yield* on(t.io("signal"));
    yield* on(condition.acquire());
    try {
      condition.notify(size);
      yield* on(t.io("hold on"));
    } finally {
      condition.release();
    }
    for (const waiter of waiters) {
      yield* on(sleep(1));
      waiter.cancel();
    }
  });
}

/** What a queue has. */
export interface QueueLike {
  put(item: number): Waiting;
  get(): PromiseLike<number>;
  qsize(): number;
}

/** Every item that was put is got once or still there; nobody waits for an item that is there, or for a place that is free. */
export function queueProof(make: (maxsize: number) => QueueLike): Proof {
  return proof(function* (t, kind, size) {
    const queue = make(1);
    const put: number[] = [];
    const got: number[] = [];
    let putting = 0;
    let getting = 0;
    t.always(
      "no item comes twice, or from nowhere",
      () => new Set(got).size === got.length && got.every((item) => item < size),
    );
    t.finally("no item is lost", () => put.filter((item) => !got.includes(item)).length <= queue.qsize());
    startTasks(
      kind,
      size,
      function* (i) {
        yield* on(t.io("make"));
        putting++;
        try {
          yield* on(queue.put(i));
          put.push(i);
        } finally {
          putting--;
        }
      },
      "producer",
    );
    startTasks(
      kind,
      size,
      function* () {
        getting++;
        try {
          got.push(yield* on(queue.get()));
        } finally {
          getting--;
        }
      },
      "consumer",
    );
    t.whenIdle("nobody waits for an item that is there", () => getting === 0 || queue.qsize() === 0);
    t.whenIdle("nobody waits for a place that is free", () => putting === 0 || queue.qsize() > 0);
    yield* on(sleep(10));
  });
}

/** What a barrier has. */
export interface BarrierLike {
  wait(): PromiseLike<number>;
  readonly nWaiting: number;
  readonly broken: boolean;
}

/** Tasks pass in groups of the right size, or not at all, and nobody is left inside. */
export function barrierProof(make: (parties: number) => BarrierLike): Proof {
  return proof(function* (t, kind, size) {
    const parties = 2;
    const barrier = make(parties);
    const passed: number[] = [];
    t.always("no more wait than there are parties", () => barrier.nWaiting < parties);
    t.finally("nobody is left inside", () => barrier.nWaiting === 0 && !barrier.broken);
    const workers = startTasks(kind, size, function* () {
      yield* on(t.io("arrive"));
      try {
        passed.push((yield* on(timeout(1, () => barrier.wait()))) as number);
      } catch (error) {
        if (!isTimeoutError(error) && !(error instanceof BrokenBarrierError)) throw error;
      }
    });
    t.finally("they pass in twos, but for who was cancelled or too late on the way out", () => {
      const first = passed.filter((index) => index === 0).length;
      const missing = size - passed.length;
      return Math.abs(2 * first - passed.length) <= missing;
    });
    yield* on(ended(workers));
  });
}
