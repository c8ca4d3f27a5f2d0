import { describe, type LoopContract, registry } from "@tsyncio/contract";
import { LawBroken, same } from "./assert.js";
import { callbacks } from "./callbacks.js";
import { futuresAndTasks } from "./futures-and-tasks.js";
import type { Law } from "./law.js";
import { nativeCode } from "./native-code.js";
import { running } from "./running.js";
import { services } from "./services.js";
import { timers } from "./timers.js";

/** What the kit needs of a test framework: vitest, `node:test`, jest and mocha (whose `test` is `it`) have it. */
export interface TestApi {
  describe(name: string, suite: () => void): unknown;
  test(name: string, body: () => Promise<void>): unknown;
}

const KIT = [callbacks, timers, running, nativeCode, futuresAndTasks, services];

/** How long a law may take, in milliseconds of real time: a loop that is wrong may never end. */
const LIMIT = 3000;

/**
 * Registers a test for each law of the loop contract (`LoopContract` of `@tsyncio/contract`), which a loop has to keep so that the packages of
 * tsyncio work on it: `checkLoopContract(() => new MyLoop(), { describe, test })`.
 * @param makeLoop - makes a new loop that does not run; the kit closes it
 */
export function checkLoopContract(makeLoop: () => LoopContract, testApi: TestApi): void {
  if (typeof makeLoop !== "function") throw new TypeError(`makeLoop must be a function, got ${describe(makeLoop)}`);
  if (typeof testApi?.describe !== "function" || typeof testApi.test !== "function") {
    throw new TypeError("testApi must have the functions describe and test");
  }
  for (const { about, laws } of KIT) {
    testApi.describe(about, () => {
      for (const law of laws) testApi.test(law.name, () => check(law, makeLoop));
    });
  }
}

async function check(law: Law, makeLoop: () => LoopContract): Promise<void> {
  const loop = makeLoop();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LawBroken(`the loop did not come to an end within ${LIMIT / 1000} s`)), LIMIT);
  });
  try {
    await Promise.race([law.check(loop, makeLoop), limit]);
    if (!loop.isClosed()) loop.close();
    same(loop.isClosed(), true, "isClosed() after close()");
    same(registry.runningLoop, null, "the running loop, when no loop runs");
  } finally {
    clearTimeout(timer);
    registry.runningLoop = null;
  }
}
