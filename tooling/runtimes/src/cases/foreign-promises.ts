// Promises of the host, made awaitables that a cancellation reaches.
import { deepEqual, equal, rejects } from "node:assert/strict";
import { type Body, CancelledError } from "@tsyncio/contract";
import { fromCallback, fromPromise } from "@tsyncio/futures";
import { createTask } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";
import { both, type Kinds } from "../both.js";
import type { Case } from "../case.js";
import { runWell } from "../running.js";

/** A promise and the functions that settle it. */
function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A turn of the host, in which what is settled is told to all who wait. */
const hostTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

type Arguments = Parameters<typeof fromPromise<unknown>>;

/** Waits for a foreign promise, in both ways. */
const waiters: Kinds<Arguments, unknown> = {
  *generator(...args) {
    return yield* fromPromise(...args);
  },
  async async(...args) {
    return await fromPromise(...args);
  },
};

/** A task that has begun to wait for a promise, cancelled. */
async function cancelled(wait: Body<Arguments, unknown>, ...args: Arguments): Promise<void> {
  const task = createTask(() => wait(...args));
  await sleep(0);
  task.cancel("enough");
  await rejects(Promise.resolve(task), { name: "CancelledError", message: "enough" });
}

export const cases: readonly Case[] = [
  ...both("fromPromise gives what the promise gives, or throws its very error", waiters, (wait) =>
    runWell(async () => {
      const error = new RangeError("no");
      const outcomes = [
        await createTask(() => wait(Promise.resolve(1))),
        await createTask(() => wait(async (signal) => signal.aborted)),
        await createTask(() => wait(Promise.reject(error))).catch((caught) => caught === error),
        await createTask(() =>
          wait(() => {
            throw error;
          }),
        ).catch((caught) => caught === error),
      ];
      deepEqual(outcomes, [1, false, true, true]);
    }),
  ),
  ...both("a cancellation does not wait for the promise, whose later error is nobody's", waiters, (wait) =>
    runWell(async () => {
      const { promise, reject } = deferred<number>();
      await cancelled(wait, promise);
      reject(new Error("too late"));
      await fromPromise(hostTurn());
    }),
  ),
  ...both("a cancellation aborts the signal of fromPromise, with the CancelledError as reason", waiters, (wait) =>
    runWell(async () => {
      let signal: AbortSignal | undefined;
      await cancelled(wait, (given) => {
        signal = given;
        return new Promise(() => {});
      });
      equal(signal?.aborted, true);
      equal(signal?.reason instanceof CancelledError, true);
      equal(signal?.reason.message, "enough");
    }),
  ),
  ...both("onLate disposes of a value that comes after the cancellation, and of no other", waiters, (wait) =>
    runWell(async () => {
      const late: unknown[] = [];
      const onLate = (value: unknown) => late.push(value);
      equal(await createTask(() => wait(Promise.resolve(1), { onLate })), 1);
      const { promise, resolve } = deferred<number>();
      await cancelled(wait, promise, { onLate });
      deepEqual(late, []);
      resolve(2);
      await fromPromise(hostTurn());
      deepEqual(late, [2]);
    }),
  ),
  {
    name: "fromCallback waits for a Node-style callback",
    run: () =>
      runWell(function* () {
        const value = yield* fromCallback<number>((done) => setImmediate(done, null, 3));
        equal(value, 3);
        const failing = fromCallback<number>((done) => setImmediate(done, new RangeError("no")));
        try {
          yield* failing;
          throw new Error("the error was lost");
        } catch (error) {
          equal(error instanceof RangeError, true, String(error));
        }
      }),
  },
];
