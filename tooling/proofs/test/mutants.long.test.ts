// Bugs that are put back in: each must be found within 10 s, in either kind of coroutine, by fixed seeds.
import { cancelSweep, ExplorationError, type ExploreOptions, explore, SweepError } from "@tsyncio/testing";
import { describe, expect, it } from "vitest";
import {
  CancelLosesWakeUp,
  ConditionDropsNotify,
  ConditionSwallowsCancellation,
  NoRecheck,
  QueueGetLosesWakeUp,
  QueueLosesItem,
  QueuePutLosesWakeUp,
  ReleaseLosesWakeUp,
} from "./mutants/sync.ts";
import {
  gatherOneByOne,
  shieldNothing,
  timeoutTakesCancellation,
  waitForLosesResult,
  waitForSwallowsCancellation,
} from "./mutants/tasks.ts";
import type { Proof } from "./programs/program.ts";
import { conditionCancelProof, conditionProof, gateProof, queueProof } from "./programs/sync.ts";
import { gatherProof, shieldProof, timeoutProof, waitForProof } from "./programs/tasks.ts";
import { both } from "./support.ts";

interface Mutant {
  readonly proof: Proof;
  readonly size: number;
  /** What its report says. */
  readonly report: RegExp;
  /** It takes another order of events, too: a sweep does not find it. */
  readonly needsMore?: boolean;
  /** What it needs instead of one cancellation. */
  readonly options?: ExploreOptions;
}

const mutants: Readonly<Record<string, Mutant>> = {
  "a semaphore whose woken waiter is cancelled (gh-90155)": {
    proof: gateProof(() => new CancelLosesWakeUp(2), 2),
    size: 4,
    report: /nobody waits for a place that is free/,
  },
  "a lock whose woken waiter is cancelled (bpo-27585)": {
    proof: gateProof(() => new CancelLosesWakeUp(1), 1),
    size: 3,
    report: /nobody waits for a place that is free/,
  },
  "a semaphore that loses a wake-up in release()": {
    proof: gateProof(() => new ReleaseLosesWakeUp(2), 2),
    size: 4,
    report: /nobody waits for a place that is free/,
    options: { cancellations: 0 },
  },
  "a lock that newcomers slip into": {
    proof: gateProof(() => new NoRecheck(), 1),
    size: 3,
    report: /no more are inside than may be/,
    options: { cancellations: 0, order: "free" },
  },
  "a condition that swallows a cancellation (bpo-32841)": {
    proof: conditionCancelProof(() => new ConditionSwallowsCancellation()),
    size: 2,
    report: /who was cancelled and not notified before knows it/,
  },
  "a condition that drops a notify (gh-112202)": {
    proof: conditionProof(() => new ConditionDropsNotify()),
    size: 2,
    report: /nobody waits while there are items/,
  },
  "a queue whose woken getter is cancelled": {
    proof: queueProof((maxsize) => new QueueGetLosesWakeUp(maxsize)),
    size: 2,
    report: /nobody waits for an item that is there/,
  },
  "a queue whose woken putter is cancelled": {
    proof: queueProof((maxsize) => new QueuePutLosesWakeUp(maxsize)),
    size: 3,
    report: /nobody waits for a place that is free/,
    needsMore: true,
  },
  "a queue that loses an item": {
    proof: queueProof(() => new QueueLosesItem()),
    size: 2,
    report: /no item is lost/,
  },
  "a waitFor that loses a result (bpo-37658)": {
    proof: waitForProof(waitForLosesResult),
    size: 1,
    report: /every connection is closed/,
  },
  "a waitFor that swallows a cancellation (bpo-42130)": {
    proof: waitForProof(waitForSwallowsCancellation),
    size: 1,
    report: /who was cancelled ends cancelled/,
  },
  "a timeout that takes any cancellation for its own": {
    proof: timeoutProof(timeoutTakesCancellation),
    size: 1,
    report: /a cancellation was taken for a deadline/,
  },
  "a shield that lets cancellations through": {
    proof: shieldProof(shieldNothing),
    size: 2,
    report: /what is shielded is not cancelled/,
  },
  "a gather that cancels one child only": {
    proof: gatherProof(gatherOneByOne),
    size: 3,
    report: /a child was not cancelled/,
  },
};

/** How long a mutant may live, in seconds of work: what else the machine does in that time does not count. */
const LIMIT = 10;

/** The seconds that this thread has worked. */
function worked(): number {
  // Linux brings a thread's account up to date when that of its process is asked for.
  process.cpuUsage();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

for (const kind of both.kinds) {
  describe(`is found (${kind.name}):`, () => {
    for (const strategy of ["exhaustive", "random", "pct"] as const) {
      it.each(Object.keys(mutants))(`by the ${strategy} strategy, %s`, async (name) => {
        const { proof, size, report, options } = mutants[name] as Mutant;
        const start = worked();
        const explored = explore(proof(kind, size), { cancellations: 1, strategy, seed: 1, runs: 50_000, ...options });
        const error = await explored.catch((error: unknown) => error);
        expect(error).toBeInstanceOf(ExplorationError);
        expect((error as Error).message).toMatch(report);
        expect(worked() - start).toBeLessThan(LIMIT);
      });
    }
  });

  describe(`is found by a sweep (${kind.name}):`, () => {
    const byCancellation = Object.keys(mutants).filter((name) => !mutants[name]?.options && !mutants[name]?.needsMore);
    it.each(byCancellation)("%s", async (name) => {
      const { proof, size } = mutants[name] as Mutant;
      await expect(cancelSweep(proof(kind, size))).rejects.toBeInstanceOf(SweepError);
    });
  });
}
