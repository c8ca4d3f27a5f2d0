// A task that never waits for anything but its next turn starves nobody.
import { deepEqual, equal } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { setTimeout as hostSleep, setImmediate as hostTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { coroutine, createTask, type Task } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";
import { both, type Kinds } from "../both.js";
import type { Case } from "../case.js";
import { runWell } from "../running.js";
import { withServer } from "../servers.js";

interface Spin {
  turns: number;
  stopped: boolean;
}

/** Takes one turn after the other until it is stopped. */
const spinners: Kinds<[spin: Spin], void> = {
  *generator(spin) {
    while (!spin.stopped) {
      spin.turns++;
      yield* sleep(0);
    }
  },
  async async(spin) {
    while (!spin.stopped) {
      spin.turns++;
      await sleep(0);
    }
  },
};

/** Runs `body` while 10 spinners turn; how many turns one of them made meanwhile. */
async function besideSpinners(
  spinner: (spin: Spin) => Iterable<unknown> | PromiseLike<void>,
  body: () => Promise<void>,
): Promise<number> {
  const spin = { turns: 0, stopped: false };
  const tasks: Task<unknown>[] = [];
  for (let i = 0; i < 10; i++) tasks.push(createTask(() => spinner(spin) as PromiseLike<void>));
  await sleep(0);
  spin.turns = 0;
  await body();
  const turns = spin.turns / tasks.length;
  spin.stopped = true;
  for (const task of tasks) await task;
  return turns;
}

const ROUNDS = 1000;

const asyncCounter = async () => {
  for (let i = 0; i < ROUNDS; i++) await sleep(0);
};

const generatorCounter = coroutine(function* generatorCounter() {
  for (let i = 0; i < ROUNDS; i++) yield* sleep(0);
});

/** What is no task's: each must come to its end while the spinners turn. */
const others: Record<string, () => Promise<unknown>> = {
  "promises of their own": async () => {
    for (let i = 0; i < ROUNDS; i++) await Promise.resolve();
  },
  "timers of the host": async () => {
    for (let i = 0; i < 3; i++) await hostSleep(1);
  },
  "turns of the host": async () => {
    for (let i = 0; i < 20; i++) await hostTurn();
  },
  "reading a file": () => readFile(fileURLToPath(import.meta.url)),
  "asking an HTTP server": () =>
    withServer(
      (_, response) => void response.end("here"),
      async (url) => equal(await (await fetch(url)).text(), "here"),
    ),
};

export const cases: readonly Case[] = [
  ...both("spinning tasks take turns with async tasks, one for one", spinners, (spinner) =>
    runWell(async () => {
      const turns = await besideSpinners(spinner, async () => {
        await createTask(asyncCounter);
      });
      equal(Math.abs(turns - ROUNDS) <= 5, true, `${turns} turns of a spinner in ${ROUNDS} of an async function`);
    }),
  ),
  ...both("spinning tasks take turns with generator tasks, one for one", spinners, (spinner) =>
    runWell(async () => {
      const turns = await besideSpinners(spinner, async () => {
        await createTask(generatorCounter());
      });
      equal(Math.abs(turns - ROUNDS) <= 5, true, `${turns} turns of a spinner in ${ROUNDS} of a generator`);
    }),
  ),
  ...Object.entries(others).flatMap(([name, other]) =>
    both(`spinning tasks do not starve ${name}`, spinners, (spinner) =>
      runWell(async () => {
        let ended = false;
        await besideSpinners(spinner, async () => {
          await createTask(async () => {
            await other();
            ended = true;
          });
        });
        equal(ended, true);
      }),
    ),
  ),
  ...both("spinning tasks do not starve async functions that belong to no task", spinners, async (spinner) => {
    const spin = { turns: 0, stopped: false };
    const order: string[] = [];
    const counting = (async () => {
      await hostTurn();
      for (let i = 0; i < ROUNDS; i++) await Promise.resolve();
      order.push("counted");
      spin.stopped = true;
    })();
    await runWell(async () => {
      await createTask(() => spinner(spin));
      order.push("stopped");
    });
    await counting;
    deepEqual(order, ["counted", "stopped"]);
  }),
];
