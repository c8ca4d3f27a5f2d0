import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { newEventLoop } from "@tsyncio/loop";
import { createTask, gather } from "@tsyncio/tasks";
import {
  allTasksBlocked,
  cancelSweep,
  checkLoopContract,
  ExplorationError,
  type ExploredRun,
  explore,
  leakScope,
  runVirtual,
} from "@tsyncio/testing";
import { sleep } from "@tsyncio/timeouts";
import type { Case } from "../case.js";

/** Loses one of three updates, if the events come in the wrong order. */
async function lostUpdate(t: ExploredRun): Promise<void> {
  let balance = 0;
  t.finally("nothing is lost", () => balance === 3);
  const deposit = async () => {
    await t.io("begin");
    const before = balance;
    await sleep(0);
    balance = before + 1;
  };
  await gather(deposit, deposit, deposit);
}

export const cases: readonly Case[] = [
  {
    name: "an hour on the virtual clock takes no time, and all that can run has run before it moves",
    async run() {
      const log: string[] = [];
      await runVirtual(async () => {
        const task = createTask(async () => {
          log.push("begins");
          await sleep("1h");
          log.push("ends");
        });
        await allTasksBlocked();
        deepEqual(log, ["begins"]);
        await task;
      });
      deepEqual(log, ["begins", "ends"]);
    },
  },
  {
    name: "a seed means the same schedule on every runtime",
    async run() {
      const found = explore(lostUpdate, { strategy: "random", order: "free", seed: 7 });
      const error: unknown = await found.catch((error: unknown) => error);
      if (!(error instanceof ExplorationError)) throw new Error(`nothing was found: ${error}`);
      deepEqual([error.seed, error.schedule], [7, "free:4.2"]);
      await rejects(explore(lostUpdate, { replay: error.schedule }), ExplorationError);
    },
  },
  {
    name: "all schedules are as many on every runtime",
    async run() {
      const program = async (t: ExploredRun) => {
        const worker = async () => {
          await t.io("io");
          await sleep(1);
        };
        await gather(worker, worker);
      };
      const report = await explore(program, { cancellations: 1 });
      deepEqual([report.runs, report.complete], [525, true]);
      equal((await cancelSweep(program)).runs, 18);
    },
  },
  {
    name: "a task that outlives its scope is told",
    async run() {
      let task: { cancel(): boolean } | undefined;
      const leaking = () => {
        task = createTask(() => sleep("1h"), { name: "forgotten" });
      };
      await rejects(leakScope(leaking, { settle: "10ms" }), (error: Error) => {
        match(error.message, /^one thing outlived the test:\n {2}task forgotten /);
        return true;
      });
      task?.cancel();
    },
  },
  {
    name: "the loop keeps the contract",
    async run() {
      const laws: [string, () => Promise<void>][] = [];
      checkLoopContract(() => newEventLoop(), {
        describe: (_, suite) => suite(),
        test: (name, body) => laws.push([name, body]),
      });
      for (const [name, check] of laws) {
        try {
          await check();
        } catch (error) {
          throw new Error(name, { cause: error });
        }
      }
    },
  },
];
