import { CancelledError, isTimeoutError } from "@tsyncio/contract";
import { BoundedSemaphore, Condition, Lock, Semaphore } from "@tsyncio/sync";
import { createTask, gather, isCoroutine, taskGroup } from "@tsyncio/tasks";
import { failure, on, outcome } from "@tsyncio/test-support";
import { sleep, timeout, waitFor } from "@tsyncio/timeouts";
import { describe, expect } from "vitest";
import { both, start, turn, turns } from "./support.ts";

/** Whatever lets in one at a time. */
const makers: Record<string, () => Lock | Condition | Semaphore> = {
  Lock: () => new Lock(),
  Condition: () => new Condition(),
  "Semaphore(1)": () => new Semaphore(1),
  "BoundedSemaphore(1)": () => new BoundedSemaphore(1),
};

describe.each(Object.entries(makers))("%s", (_, make) => {
  both("lets in one at a time, in the order they came", function* (tools) {
    const lock = make();
    const trace: string[] = [];
    const worker = (name: string) =>
      start(tools, name, function* () {
        expect(yield* on(lock.acquire())).toBe(true);
        trace.push(`${name} in`);
        yield* turns(2);
        trace.push(`${name} out`);
        lock.release();
      });
    yield* on(gather(worker("a"), worker("b"), worker("c")));
    expect(trace).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
    expect(lock.locked()).toBe(false);
  });

  both("takes no turn of the loop when it is free", function* ({ loop }) {
    const lock = make();
    let turned = false;
    loop.callSoon(() => {
      turned = true;
    });
    for (let i = 0; i < 3; i++) {
      yield* on(lock.acquire());
      lock.release();
      (yield* on(lock.hold()))[Symbol.dispose]();
    }
    expect(turned).toBe(false);
    yield* on(turn());
    expect(turned).toBe(true);
  });

  both("who comes between a release and the turn of who waits, waits behind that", function* (tools) {
    const lock = make();
    const trace: string[] = [];
    yield* on(lock.acquire());
    const waiting = start(tools, "waiting", function* () {
      yield* on(lock.acquire());
      trace.push("waiting");
      lock.release();
    });
    yield* on(turn());
    lock.release();
    yield* on(lock.acquire());
    trace.push("newcomer");
    lock.release();
    yield* on(waiting);
    expect(trace).toEqual(["waiting", "newcomer"]);
  });

  both("an acquire that is cancelled takes nothing, and the next one comes in", function* (tools) {
    const lock = make();
    yield* on(lock.acquire());
    const first = createTask(lock.acquire());
    const second = createTask(lock.acquire());
    yield* on(turn());
    first.cancel("not now");
    expect(yield* failure(first)).toEqual(new CancelledError("not now"));
    lock.release();
    expect(yield* on(second)).toBe(true);
    expect(lock.locked()).toBe(true);
    lock.release();
    expect(lock.locked()).toBe(false);
    expect(tools.loop.time()).toBe(0);
  });

  for (const order of ["the release first", "the cancellation first"]) {
    both(`a release and a cancellation of who waits, in one turn, ${order}: the next one comes in`, function* () {
      const lock = make();
      yield* on(lock.acquire());
      const first = createTask(lock.acquire());
      const second = createTask(lock.acquire());
      yield* on(turn());
      const acts = [() => lock.release(), () => first.cancel()];
      if (order === "the cancellation first") acts.reverse();
      for (const act of acts) act();
      expect(yield* failure(first)).toBeInstanceOf(CancelledError);
      expect(yield* on(second)).toBe(true);
      lock.release();
      expect(String(lock)).toMatch(/\[unlocked[^w]*\]/);
    });
  }

  both("all who wait are cancelled in the turn of the release: it is free", function* () {
    const lock = make();
    yield* on(lock.acquire());
    const tasks = Array.from({ length: 3 }, () => createTask(lock.acquire()));
    yield* on(turn());
    lock.release();
    for (const task of tasks) task.cancel();
    yield* on(gather(tasks, { returnExceptions: true }));
    expect(tasks.every((task) => task.cancelled())).toBe(true);
    expect(lock.locked()).toBe(false);
    yield* on(lock.acquire());
    lock.release();
  });

  both("a task that is cancelled before its first step has taken nothing", function* () {
    const lock = make();
    const task = createTask(lock.acquire());
    task.cancel();
    expect(yield* failure(task)).toBeInstanceOf(CancelledError);
    expect(lock.locked()).toBe(false);
    expect(isTimeoutError(yield* failure(waitFor(lock.acquire(), 0)))).toBe(true);
    expect(lock.locked()).toBe(false);
  });

  both("a timeout around an acquire gives up the place", function* ({ fn, loop }) {
    const lock = make();
    yield* on(lock.acquire());
    const body = fn(function* () {
      yield* on(lock.acquire());
    });
    expect(isTimeoutError(yield* failure(timeout("2s", body)))).toBe(true);
    expect(isTimeoutError(yield* failure(waitFor(lock.acquire(), "1s")))).toBe(true);
    expect(loop.time()).toBe(3);
    lock.release();
    expect(lock.locked()).toBe(false);
  });

  both("what acquire() gives is a coroutine, whether it has to wait or not", function* () {
    const lock = make();
    const free = lock.acquire();
    expect([isCoroutine(free), String(free)]).toEqual([true, "<Coroutine acquire>"]);
    yield* on(free);
    const taken = lock.acquire();
    expect([isCoroutine(taken), String(taken)]).toEqual([true, "<Coroutine acquire>"]);
    taken.close();
    lock.release();
    lock.acquire().close();
    expect(lock.locked()).toBe(false);
  });

  both("hold() releases at the end of the block, and once", function* ({ fn, kind }) {
    const lock = make();
    const hold = yield* on(lock.hold());
    expect(lock.locked()).toBe(true);
    hold[Symbol.dispose]();
    expect(lock.locked()).toBe(false);
    hold[Symbol.dispose]();
    expect(lock.locked()).toBe(false);
    const waiting = createTask(lock.hold());
    using _ = yield* on(waiting);
    expect(lock.locked()).toBe(true);
    const cancelled = createTask(
      fn(function* () {
        using _ = yield* on(lock.hold());
        throw new Error(`never gets here (${kind})`);
      }),
    );
    yield* on(turn());
    cancelled.cancel();
    expect(yield* failure(cancelled)).toBeInstanceOf(CancelledError);
  });

  both("with() holds it while its body runs, and gives the body's result", function* ({ fn }) {
    const lock = make();
    const body = fn(function* () {
      const before = lock.locked();
      yield* on(turn());
      return [before, lock.locked()];
    });
    expect(yield* on(lock.with(body))).toEqual([true, true]);
    expect(lock.locked()).toBe(false);
    expect(yield* on(lock.with(() => sleep(1, "awaitable")))).toBe("awaitable");
    expect(yield* on(lock.with(() => Promise.resolve("promise")))).toBe("promise");
    const failing = fn(function* () {
      yield* on(turn());
      throw new Error("own");
    });
    expect(yield* failure(lock.with(failing))).toEqual(new Error("own"));
    expect(lock.locked()).toBe(false);
  });

  both("with() that is cancelled while it waits never calls its body, and inside of it releases", function* ({ fn }) {
    const lock = make();
    const trace: string[] = [];
    const body = fn(function* () {
      trace.push("in");
      yield* on(sleep(10));
    });
    const inside = createTask(lock.with(body));
    const waiting = createTask(lock.with(body));
    yield* turns(2);
    waiting.cancel();
    yield* failure(waiting);
    inside.cancel();
    yield* failure(inside);
    expect(trace).toEqual(["in"]);
    expect(lock.locked()).toBe(false);
  });

  both("with() refuses at the call what is no function", function* () {
    const lock = make();
    const error = outcome(() => lock.with(Promise.resolve() as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain("with()");
    expect(lock.locked()).toBe(false);
  });

  both("a failing group lets go of what its tasks hold and wait for", function* (tools) {
    const lock = make();
    const { fn } = tools;
    const group = taskGroup(
      fn(function* (tg) {
        for (let i = 0; i < 3; i++) {
          tg.createTask(
            fn(function* () {
              using _ = yield* on(lock.hold());
              yield* on(sleep(10));
            }),
          );
        }
        yield* on(sleep(1));
        throw new Error("stop");
      }),
    );
    yield* failure(group);
    expect(lock.locked()).toBe(false);
    expect(String(lock)).toContain("unlocked");
  });
});
