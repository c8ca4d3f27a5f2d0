import { type Body, CancelledError, type ScopeContract } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { callBody, coroutine, createTask, currentSignal, currentStrand, currentTask, type Task } from "@tsyncio/tasks";
import { failure, on, worldOf } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { both, pause, turn, turns } from "./support.ts";

/** Runs `body` in a child scope, which it is given: a timeout without its timer. */
const inScope = coroutine(function* inScope(body: Body<[ScopeContract], unknown>) {
  const strand = currentStrand("inScope()");
  const scope = strand.enter();
  try {
    return yield* callBody(body, [scope], "inScope");
  } finally {
    strand.leave();
  }
});

const self = () => currentTask() as Task;

describe("a scope that is cancelled", () => {
  both("ends what waits in it, with the reason, and counts", function* ({ fn, loop }) {
    let error: unknown;
    let counts: number[] = [];
    yield* on(
      inScope(
        fn(function* (scope: ScopeContract) {
          loop.callLater(1, () => scope.cancel("this scope"));
          error = yield* failure(pause(10));
          counts = [scope.cancelling(), self().cancelling()];
          scope.uncancel();
        }),
      ),
    );
    expect(error).toEqual(new CancelledError("this scope"));
    expect(counts).toEqual([1, 1]);
    expect(self().cancelling()).toBe(0);
  });

  both("from inside gets its cancellation at its next wait", function* ({ fn }) {
    const trace: unknown[] = [];
    yield* on(
      inScope(
        fn(function* (scope: ScopeContract) {
          scope.cancel("myself");
          trace.push("still running");
          trace.push(yield* failure(turn()));
          scope.uncancel();
        }),
      ),
    );
    expect(trace).toEqual(["still running", new CancelledError("myself")]);
  });

  both("reaches the scopes below it", function* ({ fn, loop }) {
    let error: unknown;
    yield* on(
      inScope(
        fn(function* (outer: ScopeContract) {
          yield* on(
            inScope(
              fn(function* (inner: ScopeContract) {
                loop.callLater(1, () => outer.cancel("outer"));
                error = yield* failure(pause(10));
                expect([inner.cancelling(), outer.cancelling()]).toEqual([1, 1]);
              }),
            ),
          );
          outer.uncancel();
        }),
      ),
    );
    expect(error).toEqual(new CancelledError("outer"));
  });
});

describe("cancelling and uncancel in scopes", () => {
  both("count along the path to the task's root, and take from the innermost first", function* ({ fn }) {
    const counts: number[] = [];
    const task = createTask(
      fn(function* () {
        yield* failure(pause(10));
        yield* on(
          inScope(
            fn(function* (scope: ScopeContract) {
              scope.cancel();
              scope.cancel();
              yield* failure(turn());
              counts.push(self().cancelling(), scope.cancelling());
              counts.push(self().uncancel(), self().uncancel(), self().cancelling());
            }),
          ),
        );
        counts.push(self().cancelling(), self().uncancel());
      }),
    );
    yield* on(turn());
    task.cancel();
    yield* on(task);
    expect(counts).toEqual([3, 3, 2, 1, 1, 1, 0]);
  });

  both("seen from outside count over all scopes of the task", function* ({ fn }) {
    let scope: ScopeContract | undefined;
    const task = createTask(
      inScope(
        fn(function* (own: ScopeContract) {
          scope = own;
          yield* failure(pause(10));
          yield* on(pause(10));
        }),
      ),
    );
    yield* on(turns(2));
    scope?.cancel();
    expect(task.cancelling()).toBe(1);
    expect(task.uncancel()).toBe(0);
    task.cancel();
    scope?.cancel();
    expect(task.cancelling()).toBe(2);
    yield* on(task);
  });

  both("uncancel from outside takes from the innermost scope that has any, once each", function* ({ fn }) {
    const scopes: ScopeContract[] = [];
    const task = createTask(
      inScope(
        fn(function* (outer: ScopeContract) {
          yield* on(
            inScope(
              fn(function* (inner: ScopeContract) {
                scopes.push(outer, inner);
                yield* failure(pause(10));
                yield* on(pause(10));
              }),
            ),
          );
        }),
      ),
    );
    yield* on(turns(3));
    const [outer, inner] = scopes as [ScopeContract, ScopeContract];
    inner.cancel();
    task.cancel();
    outer.cancel();
    expect(task.cancelling()).toBe(3);
    expect([task.uncancel(), inner.cancelling(), outer.cancelling()]).toEqual([2, 2, 2]);
    expect([task.uncancel(), outer.cancelling()]).toEqual([1, 1]);
    expect(task.uncancel()).toBe(0);
    yield* on(task);
  });

  both("a scope that ends hands its count to the one above", function* ({ fn }) {
    yield* on(
      inScope(
        fn(function* (scope: ScopeContract) {
          scope.cancel();
          yield* failure(turn());
        }),
      ),
    );
    expect(self().cancelling()).toBe(1);
    expect(self().uncancel()).toBe(0);
  });

  both("a scope that ends hands what has not arrived to the one above", function* ({ fn }) {
    yield* on(
      inScope(
        fn(function* (scope: ScopeContract) {
          scope.cancel("handed over");
        }),
      ),
    );
    expect(yield* failure(turn())).toEqual(new CancelledError("handed over"));
    self().uncancel();
    yield* on(turn());
  });

  both("uncancel to 0 drops what has not arrived anywhere on the path", function* ({ fn }) {
    yield* on(
      inScope(
        fn(function* (outer: ScopeContract) {
          outer.cancel("outer");
          yield* on(
            inScope(
              fn(function* (inner: ScopeContract) {
                inner.cancel("inner");
                expect([self().uncancel(), self().uncancel()]).toEqual([1, 0]);
                yield* on(turn());
              }),
            ),
          );
          yield* on(turn());
        }),
      ),
    );
    expect(self().cancelling()).toBe(0);
  });
});

describe("the signal of a scope", () => {
  both("is its own, aborted with it and with what is above it", function* ({ fn, loop }) {
    const aborted: boolean[][] = [];
    const task = createTask(
      fn(function* () {
        const root = currentSignal() as AbortSignal;
        yield* on(
          inScope(
            fn(function* (scope: ScopeContract) {
              const { signal } = scope;
              expect(currentSignal() === signal).toBe(true);
              loop.callLater(1, () => scope.cancel());
              yield* failure(pause(10));
              aborted.push([signal.aborted, root.aborted]);
              scope.uncancel();
              aborted.push([scope.signal.aborted, scope.signal === signal]);
              yield* failure(pause(10));
              aborted.push([scope.signal.aborted, root.aborted]);
            }),
          ),
        );
      }),
    );
    yield* on(pause(2));
    task.cancel();
    yield* on(task);
    expect(aborted).toEqual([
      [true, false],
      [false, false],
      [true, true],
    ]);
  });
});

describe("an async function that waits for several things at once", () => {
  /** Runs `main` on a virtual loop, which must be left clean. */
  const law = (name: string, main: (loop: ReturnType<typeof worldOf>["loop"]) => Promise<void>) =>
    it(name, async () => {
      const world = worldOf();
      await world.loop.runUntilComplete(() => main(world.loop));
      world.leave();
    });

  law("a scope that is cancelled touches only its own waits", async (loop) => {
    const own = async (scope: ScopeContract) => {
      loop.callLater(1, () => scope.cancel("only this"));
      const error = await pause(10).catch((e: unknown) => e);
      scope.uncancel();
      return error;
    };
    const [a, b, c] = await Promise.all([inScope(own), inScope(() => pause(3, "other scope")), pause(2, "no scope")]);
    expect(a).toEqual(new CancelledError("only this"));
    expect([b, c]).toEqual(["other scope", "no scope"]);
    expect(loop.time()).toBe(3);
    expect(self().cancelling()).toBe(0);
  });

  law("a cancellation of the task reaches every one of its waits, in helpers too", async () => {
    const trace: string[] = [];
    const helper = async (name: string, seconds: number) => {
      try {
        await pause(10);
      } catch (error) {
        await pause(seconds);
        trace.push(`${name}: ${(error as Error).message}`);
        throw error;
      }
    };
    const task = createTask(async () => {
      await Promise.allSettled([helper("a", 2), helper("b", 1), inScope(() => helper("c", 3))]);
      trace.push("all settled");
    });
    await pause(1);
    task.cancel("everyone");
    await task;
    expect(trace).toEqual(["b: everyone", "a: everyone", "c: everyone", "all settled"]);
    expect(task.cancelling()).toBe(1);
  });

  law("in parallel branches currentTask is the same and currentSignal is each one's own", async () => {
    const [inner, outer, tasks] = await Promise.all([
      inScope(async () => {
        await pause(1);
        return currentSignal();
      }),
      (async () => {
        await pause(1);
        return currentSignal();
      })(),
      Promise.all([inScope(async () => currentTask()?.getName()), currentTask()?.getName()]),
    ]);
    expect([inner === outer, tasks[0] === tasks[1]]).toEqual([false, true]);
  });

  law("a scope that is cancelled from a parallel branch of its own task counts for that scope only", async () => {
    let scope: ScopeContract | undefined;
    const [counts] = await Promise.all([
      inScope(async (own: ScopeContract) => {
        scope = own;
        await pause(10).catch(() => {});
        return [own.cancelling(), own.uncancel()];
      }),
      (async () => {
        await pause(1);
        scope?.cancel();
        expect(self().cancelling()).toBe(0);
      })(),
    ]);
    expect(counts).toEqual([1, 0]);
  });

  law("waits that are left when their scope ends are cancelled", async () => {
    const [won, lost] = [new Future<string>(), new Future<string>()];
    let error: unknown;
    const winner = await inScope(async () => {
      const both = [won, lost].map(async (future) => {
        try {
          return await future;
        } catch (e) {
          error = e;
          throw e;
        }
      });
      won.setResult("first");
      const first = await Promise.race(both);
      both[1]?.catch(() => {});
      return first;
    });
    expect(winner).toBe("first");
    expect(lost.cancelled()).toBe(true);
    await turns(2);
    expect(error).toBeInstanceOf(CancelledError);
    expect(self().cancelling()).toBe(0);
  });

  law("waits that are left when their task ends are cancelled", async () => {
    const future = new Future<void>();
    let error: unknown;
    const task = createTask(async () => {
      (async () => {
        try {
          await future;
        } catch (e) {
          error = e;
        }
      })();
      return "left it";
    });
    expect(await task).toBe("left it");
    await turns(2);
    expect(future.cancelled()).toBe(true);
    expect(error).toBeInstanceOf(CancelledError);
  });

  law("what is awaited after its scope has ended belongs to the one above", async (loop) => {
    let late: Promise<unknown> | undefined;
    let scope: ScopeContract | undefined;
    await inScope(async (own: ScopeContract) => {
      scope = own;
      late = new Promise((resolve) => {
        loop.callSoon(() => {});
        setImmediate(async () => {
          resolve([currentTask() === self(), await pause(1, "waited")]);
        });
      });
    });
    scope?.cancel();
    expect(self().cancelling()).toBe(0);
    expect(await late).toEqual([true, "waited"]);
  });

  law("what is awaited after its task has ended belongs to no task", async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let found: unknown = "nothing yet";
    let after: Promise<void> | undefined;
    await createTask(async () => {
      after = (async () => {
        await gate;
        found = currentTask();
      })();
    });
    release();
    await after;
    expect(found).toBe(null);
  });

  law("a cancellation that finds no wait is kept for the next one, once", async () => {
    const trace: unknown[] = [];
    let release = () => {};
    const task = createTask(async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      trace.push(await pause(10).catch((e: unknown) => e));
      trace.push(await pause(1, "second wait"));
    });
    await turns(2);
    task.cancel("kept");
    await turns(2);
    release();
    await task;
    expect(trace).toEqual([new CancelledError("kept"), "second wait"]);
  });

  law("who cancels its own scope is not taken for one of those that wait", async () => {
    const trace: unknown[] = [];
    await inScope(async (scope: ScopeContract) => {
      const other = pause(10).catch((e: unknown) => e);
      await turn();
      scope.cancel("all of us");
      trace.push("goes on");
      trace.push(await pause(10).catch((e: unknown) => e));
      trace.push(await other);
      scope.uncancel();
    });
    const error = new CancelledError("all of us");
    expect(trace).toEqual(["goes on", error, error]);
  });
});

describe("then, catch and finally", () => {
  const law = (name: string, main: () => Promise<void>) =>
    it(name, async () => {
      const world = worldOf();
      await world.loop.runUntilComplete(main);
      world.leave();
    });

  law("then is a wait, as await is: a cancellation is passed on to what is awaited", async () => {
    for (const wait of [
      (future: Future<void>) => future,
      (future: Future<void>) => future.then(() => {}),
      (future: Future<void>) => Promise.all([future]),
      (future: Future<void>) => Promise.race([future, new Promise(() => {})]),
    ]) {
      const future = new Future<void>();
      const task = createTask(async () => {
        await wait(future);
      });
      await turns(2);
      task.cancel("passed on");
      expect(future.cancelled()).toBe(true);
      await expect(task).rejects.toEqual(new CancelledError("passed on"));
    }
  });

  law("catch, finally and callbacks only observe: a cancellation leaves alone what they hang on", async () => {
    for (const observe of [
      (future: Future<void>) => future.catch(() => {}),
      (future: Future<void>) => future.finally(() => {}),
      (future: Future<void>) => new Promise((resolve) => future.addDoneCallback(resolve)),
    ]) {
      const future = new Future<void>();
      const task = createTask(async () => {
        await observe(future);
      });
      await turns(2);
      task.cancel();
      expect(future.cancelled()).toBe(false);
      future.setResult();
      await expect(task).rejects.toBeInstanceOf(CancelledError);
    }
  });
});

describe("a body that is no async function", () => {
  both("is awaited inside its scope", function* ({ loop }) {
    let scope: ScopeContract | undefined;
    const future = new Future<void>();
    const waiting = createTask(
      inScope((own) => {
        scope = own;
        return future;
      }),
    );
    yield* on(turns(2));
    loop.callSoon(() => scope?.cancel("inside"));
    expect(yield* failure(waiting)).toEqual(new CancelledError("inside"));
    expect(future.cancelled()).toBe(true);
  });
});
