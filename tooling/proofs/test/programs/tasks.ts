// What task groups, timeouts and their kin must keep, whatever the order of events.
import { type Body, CancelledError, ExceptionGroup, isTimeoutError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { currentTask, gather, race, shield, type Task, type TaskGroup, taskGroup } from "@tsyncio/tasks";
import { on, type Script } from "@tsyncio/test-support";
import { sleep, timeout, waitFor } from "@tsyncio/timeouts";
import { ended, inTasks, type Proof, proof, startTasks } from "./program.ts";

type Waiting = PromiseLike<unknown>;
type Source = Body<[], unknown>;

/** Counts who is at work, and whose clean-up has run. */
class Work {
  begun = 0;
  cleanedUp = 0;

  *do(wait: Waiting): Script<void> {
    this.begun++;
    try {
      yield* on(wait);
    } finally {
      try {
        yield* on(sleep(0));
      } finally {
        this.cleanedUp++;
      }
    }
  }

  get running(): number {
    return this.begun - this.cleanedUp;
  }
}

/** A group ends when all its tasks have, each clean-up has run once, and errors come out. */
export const taskGroupProof: Proof = proof(function* (t, kind, size) {
  const work = new Work();
  let ended = false;
  t.always("no task outlives its group", () => !ended || work.running === 0);
  t.finally("every clean-up ran", () => work.running === 0);
  const body = kind.define(function* (tg: TaskGroup): Script<void> {
    for (let i = 0; i < size; i++) tg.createTask(kind.define(() => work.do(t.io(`child ${i}`)), "child"));
    yield* on(t.io("body"));
  }, "body");
  try {
    yield* on(taskGroup(body));
  } finally {
    ended = true;
  }
});

/** A child that fails takes the others with it, and the group tells its error, unless a cancellation from outside comes first. */
export const failingGroupProof: Proof = proof(function* (t, kind, size) {
  const work = new Work();
  let outcome: unknown = "none";
  t.finally("every clean-up ran", () => work.running === 0);
  t.finally(
    "the error came out, or a cancellation",
    () => outcome instanceof ExceptionGroup || outcome instanceof CancelledError || outcome === "ended",
  );
  const body = kind.define(function* (tg: TaskGroup): Script<void> {
    for (let i = 1; i < size; i++) tg.createTask(kind.define(() => work.do(t.io(`child ${i}`)), "child"));
    const failing = kind.define(function* (): Script<void> {
      yield* on(t.io("failing"));
      throw new RangeError("child");
    }, "failing");
    tg.createTask(failing);
  }, "body");
  try {
    yield* on(taskGroup(body));
    // The failing child itself was cancelled.
    outcome = "ended";
  } catch (error) {
    outcome = error;
    if (error instanceof CancelledError) throw error;
  }
});

/** Runs a body under a deadline. */
export type TimeoutLike = (seconds: number, body: Source) => Waiting;

/**
 * At its deadline a timeout gives the result or a TimeoutError; a cancellation from outside is never taken for the deadline's; nothing of it is
 * left in the task.
 */
export function timeoutProof(run: TimeoutLike): Proof {
  return proof(function* (t, kind, size) {
    yield* inTasks(kind, size, function* () {
      const work = new Work();
      let asked = 0;
      const body = kind.define(function* (): Script<void> {
        yield* work.do(sleep(1));
      }, "body");
      try {
        yield* on(run(1, body));
      } catch (error) {
        const task = currentTask();
        asked = task?.cancelling() ?? 0;
        if (isTimeoutError(error) && asked > 0) throw new Error("a cancellation was taken for a deadline");
        if (!isTimeoutError(error) && !(error instanceof CancelledError)) throw error;
        if (error instanceof CancelledError) throw error;
      }
      if (work.running > 0) throw new Error("the body goes on");
      yield* on(t.io("afterwards"));
    });
  });
}

/** Waits for a coroutine under a deadline. */
export type WaitForLike = (source: Source, seconds: number) => Waiting;

/** What the inner function has opened is returned, or was closed by it: no result is lost, and no cancellation. */
export function waitForProof(run: WaitForLike): Proof {
  return proof(function* (t, kind, size) {
    let open = 0;
    t.finally("every connection is closed", () => open === 0);
    const tasks = yield* inTasks(kind, size, function* () {
      const connect = kind.define(function* connect(): Script<string> {
        yield* on(t.io("connect"));
        open++;
        return "connection";
      });
      try {
        yield* on(run(connect, 1));
      } catch (error) {
        if (isTimeoutError(error)) return;
        throw error;
      }
      open--;
      yield* on(t.io("afterwards"));
    });
    t.finally("who was cancelled ends cancelled", () =>
      tasks.every((task) => task.cancelling() === 0 || task.cancelled()),
    );
  });
}

/** Waits for a future, and keeps cancellations from it. */
export type ShieldLike = (future: Waiting) => Waiting;

/** What is shielded is not cancelled, whatever becomes of who waits. */
export function shieldProof(run: ShieldLike): Proof {
  return proof(function* (t, kind, size) {
    const future = new Future<void>();
    t.finally("what is shielded is not cancelled", () => !future.cancelled());
    const wait = function* (): Script<void> {
      yield* on(run(future));
    };
    const waiters = startTasks(kind, size, wait, "waiter");
    yield* on(t.io("work"));
    if (!future.done()) future.setResult();
    yield* on(ended(waiters));
  });
}

/** Waits for several. */
export type GatherLike = (sources: readonly Source[]) => PromiseLike<readonly unknown[]>;

/** All results come in order; when it is cancelled, all are cancelled. (It ends with the first of them, as in asyncio.) */
export function gatherProof(run: GatherLike): Proof {
  return proof(function* (t, kind, size) {
    const main = currentTask() as Task;
    const work = new Work();
    const children: Task[] = [];
    let cancelledByItself = false;
    t.finally("every clean-up ran", () => work.running === 0);
    const sources = Array.from({ length: size }, (_, i) =>
      kind.define(function* child(): Script<number> {
        children.push(currentTask() as Task);
        try {
          yield* work.do(t.io(`child ${i}`));
        } catch (error) {
          if (main.cancelling() === 0) cancelledByItself = true;
          throw error;
        }
        return i;
      }),
    );
    try {
      const results = yield* on(run(sources));
      if (results.join() !== sources.map((_, i) => i).join()) throw new Error(`wrong results: ${results}`);
    } catch (error) {
      // A child that was cancelled by itself is one that failed: the others go on, as in asyncio.
      const byChild = cancelledByItself || work.begun < size || main.cancelling() === 0;
      const goesOn = children.some((child) => !child.done() && child.cancelling() === 0);
      if (goesOn && !byChild) throw new Error("a child was not cancelled");
      throw error;
    }
  });
}

/** The first one wins, the others are cancelled, and have ended when it ends. */
export const raceProof: Proof = proof(function* (t, kind, size) {
  const work = new Work();
  const racer = (i: number) =>
    kind.define(function* racer(): Script<number> {
      yield* work.do(t.io(`racer ${i}`));
      return i;
    });
  t.finally("every clean-up ran", () => work.running === 0);
  const winner = yield* on(race(Array.from({ length: size }, (_, i) => racer(i))));
  if (typeof winner !== "number" || work.running > 0) throw new Error(`${winner} won, and ${work.running} go on`);
});

export const timeouts: Readonly<Record<string, Proof>> = {
  TaskGroup: taskGroupProof,
  "TaskGroup, a child of which fails": failingGroupProof,
  timeout: timeoutProof((seconds, body) => timeout(seconds, body)),
  waitFor: waitForProof((source, seconds) => waitFor(source, seconds)),
  shield: shieldProof((future) => shield(future)),
  gather: gatherProof((sources) => gather(sources)),
  race: raceProof,
};
