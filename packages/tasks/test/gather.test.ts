import { CancelledError, RuntimeError, ValueError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import {
  coroutine,
  createTask,
  FIRST_EXCEPTION,
  gather,
  race,
  shield,
  type Task,
  type TaskGroup,
  taskGroup,
  wait,
} from "@tsyncio/tasks";
import { failure, on, outcome } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { both, pause, turn, turns } from "./support.ts";

const fail = coroutine(function* (seconds: number, error: Error) {
  yield* pause(seconds);
  throw error;
});

describe("gather", () => {
  both("gives the results in the order of the arguments", function* ({ fn, loop }) {
    const after = (seconds: number) =>
      fn(function* () {
        yield* on(pause(seconds));
        return seconds;
      });
    expect(yield* on(gather(after(3), after(1), after(2)))).toEqual([3, 1, 2]);
    expect(loop.time()).toBe(3);
  });

  both("takes coroutines, generators, functions, tasks, futures and promises", function* ({ fn }) {
    const future = new Future<string>();
    future.setResult("future");
    const generator = function* () {
      yield;
      return "generator";
    };
    const results = yield* on(
      gather(
        pause(0, "coroutine"),
        generator(),
        generator,
        fn(function* () {
          return "function";
        }),
        createTask(pause(0, "task")),
        future,
        Promise.resolve("promise"),
        async () => "async",
      ),
    );
    expect(results).toEqual(["coroutine", "generator", "generator", "function", "task", "future", "promise", "async"]);
  });

  both("of nothing is done at once, with an empty list", function* () {
    expect(gather().done()).toBe(true);
    expect(yield* on(gather())).toEqual([]);
    expect(yield* on(gather([]))).toEqual([]);
    expect(yield* on(gather(new Set<Future<void>>(), { returnExceptions: true }))).toEqual([]);
  });

  both("takes any iterable, and options after it", function* () {
    const futures = new Map([
      ["a", new Future<number>()],
      ["b", new Future<number>()],
    ]);
    futures.get("a")?.setResult(1);
    futures.get("b")?.setResult(2);
    expect(yield* on(gather(futures.values()))).toEqual([1, 2]);
    expect(yield* on(gather(futures.values(), { returnExceptions: false }))).toEqual([1, 2]);
  });

  it("takes futures of several loops", async () => {
    const [one, two] = [newVirtualLoop(), newVirtualLoop()];
    const futures = [new Future<number>({ loop: one }), new Future<number>({ loop: two })];
    const gathered = gather(futures);
    futures.forEach((future, index) => {
      future.setResult(index);
    });
    const second = two.runUntilComplete(function* () {
      yield;
      yield;
    });
    expect(await one.runUntilComplete(gathered)).toEqual([0, 1]);
    await second;
    one.close();
    two.close();
  });

  both("counts one that is given several times once, and gives its result as often", function* ({ fn }) {
    let runs = 0;
    const counted = coroutine(function* () {
      yield* turn();
      return ++runs;
    });
    const made = counted();
    const task = createTask(counted());
    expect(yield* on(gather(made, task, made, task))).toEqual([2, 1, 2, 1]);
    const counts = fn(function* () {
      return ++runs;
    });
    expect(yield* on(gather(counts, counts))).toEqual([3, 4]);
  });

  both("ends with the first error; the others go on, and their errors count as read", function* ({ fn }) {
    const trace: string[] = [];
    const slow = createTask(
      fn(function* () {
        yield* on(pause(3));
        trace.push("slow ended");
      }),
    );
    const late = createTask(fail(2, new Error("late")));
    const gathered = gather(slow, fail(1, new Error("first")), late);
    expect(yield* failure(gathered)).toEqual(new Error("first"));
    expect([slow.done(), late.done()]).toEqual([false, false]);
    yield* on(slow);
    expect(trace).toEqual(["slow ended"]);
    expect(late.exception()).toEqual(new Error("late"));
  });

  both("with returnExceptions puts errors and cancellations among the results", function* () {
    const future = new Future<void>();
    future.cancel("a future keeps it");
    const task = createTask(pause(10));
    task.cancel("a task gave it away");
    const gathered = gather([pause(2, "fine"), fail(1, new Error("bad")), future, task], { returnExceptions: true });
    expect(yield* on(gathered)).toEqual([
      "fine",
      new Error("bad"),
      new CancelledError("a future keeps it"),
      new CancelledError(),
    ]);
  });

  both("of one that is cancelled by itself fails with its CancelledError, and is not cancelled", function* () {
    const child = createTask(pause(10));
    const other = createTask(pause(1, "goes on"));
    const gathered = gather(child, other);
    yield* on(turn());
    child.cancel("only this");
    expect(yield* failure(gathered)).toEqual(new CancelledError("only this"));
    expect(gathered.cancelled()).toBe(false);
    expect(yield* on(other)).toBe("goes on");
  });

  both("given done futures fails or ends in the next turn", function* () {
    const bad = new Future<void>();
    bad.setException(new Error("was there"));
    expect(yield* failure(gather(bad))).toEqual(new Error("was there"));
  });
});

describe("code that throws null or undefined", () => {
  for (const thrown of [null, undefined]) {
    const failing = () => Promise.reject(thrown);

    both(`fails gather, race and shield (${thrown})`, function* () {
      expect(yield* failure(gather(pause(1), failing))).toBe(thrown);
      expect(yield* failure(race(pause(1), failing))).toBe(thrown);
      expect(yield* failure(shield(failing))).toBe(thrown);
      yield* on(pause(1));
    });

    both(`is an error among the results of gather, and for wait (${thrown})`, function* () {
      const task = createTask(failing);
      const results = yield* on(gather([pause(1, "fine"), task], { returnExceptions: true }));
      expect(results).toEqual(["fine", thrown]);
      const [done] = yield* on(wait([createTask(failing), createTask(pause(1))], { returnWhen: FIRST_EXCEPTION }));
      expect(done.size).toBe(1);
      for (const each of done) yield* failure(each);
      yield* on(pause(1));
    });

    both(`fails a task group (${thrown})`, function* ({ fn }) {
      const inTask = taskGroup(
        fn(function* (tg: TaskGroup) {
          tg.createTask(failing);
          yield* on(pause(10));
        }),
      );
      expect(((yield* failure(inTask)) as AggregateError).errors).toEqual([thrown]);
      const inBody = taskGroup(
        fn(function* () {
          throw thrown;
        }),
      );
      expect(((yield* failure(inBody)) as AggregateError).errors).toEqual([thrown]);
    });
  }
});

describe("gather that is cancelled", () => {
  both("cancels its children, and is done when they are", function* ({ fn, loop }) {
    const trace: string[] = [];
    const child = (name: string, seconds: number) =>
      createTask(
        fn(function* () {
          try {
            yield* on(pause(10));
          } finally {
            yield* on(pause(seconds));
            trace.push(name);
          }
        }),
      );
    const [a, b] = [child("a", 2), child("b", 1)];
    const gathered = gather([a, b], { returnExceptions: true });
    const waiter = createTask(
      fn(function* () {
        yield* on(gathered);
      }),
    );
    yield* on(turns(2));
    waiter.cancel("stop it");
    expect(gathered.done()).toBe(false);
    expect(yield* failure(waiter)).toEqual(new CancelledError("stop it"));
    expect(trace).toEqual(["b", "a"]);
    expect(loop.time()).toBe(2);
    expect([a.cancelled(), b.cancelled(), waiter.cancelled()]).toEqual([true, true, true]);
  });

  both("by its own cancel() raises in who awaits it", function* () {
    const gathered = gather(pause(10), pause(10));
    yield* on(turn());
    expect(gathered.cancel("from here")).toBe(true);
    expect(yield* failure(gathered)).toEqual(new CancelledError("from here"));
    expect(gathered.cancel()).toBe(false);
  });

  both("although its children are done can't be any more", function* () {
    const done = new Future<number>();
    done.setResult(1);
    const gathered = gather(done);
    yield* on(turn());
    expect(gathered.cancel()).toBe(false);
    expect(yield* on(gathered)).toEqual([1]);
  });

  both("is cancelled although its children swallow it", function* ({ fn }) {
    const stubborn = createTask(
      fn(function* () {
        yield* failure(pause(10));
        return "kept";
      }),
    );
    const gathered = gather(stubborn);
    yield* on(turn());
    gathered.cancel();
    expect(yield* failure(gathered)).toBeInstanceOf(CancelledError);
    expect(yield* on(stubborn)).toBe("kept");
  });

  both("spares what is shielded inside", function* () {
    const inner = createTask(pause(2, "alive"));
    const gathered = gather(shield(inner));
    yield* on(turn());
    gathered.cancel();
    expect(yield* failure(gathered)).toBeInstanceOf(CancelledError);
    expect(yield* on(inner)).toBe("alive");
  });

  both("inside a shield goes on", function* () {
    const gathered = gather(pause(1, "a"), pause(2, "b"));
    const shielded = shield(gathered);
    yield* on(turn());
    shielded.cancel();
    expect(yield* failure(shielded)).toBeInstanceOf(CancelledError);
    expect(yield* on(gathered)).toEqual(["a", "b"]);
  });
});

describe("gather of very many", () => {
  const COUNT = 200_000;
  const TASKS = 50_000;

  it("gives the results of 200,000 futures", async () => {
    const loop = newVirtualLoop();
    const futures = Array.from({ length: COUNT }, () => new Future<number>({ loop }));
    const gathered = gather(futures);
    futures.forEach((future, index) => {
      future.setResult(index);
    });
    const results = await loop.runUntilComplete(gathered);
    expect(results.length).toBe(COUNT);
    expect([results[0], results[COUNT - 1]]).toEqual([0, COUNT - 1]);
    loop.close();
  });

  it("runs 50,000 tasks, and cancels them all", async () => {
    const loop = newVirtualLoop();
    let ended = 0;
    const main = coroutine(function* () {
      const gathered = gather(
        Array.from({ length: TASKS }, () =>
          createTask(function* () {
            try {
              yield* new Future<void>();
            } finally {
              ended++;
            }
          }),
        ),
      );
      yield* turns(2);
      gathered.cancel();
      return (yield* gather([gathered], { returnExceptions: true }))[0];
    });
    expect(await loop.runUntilComplete(main)).toBeInstanceOf(CancelledError);
    expect(ended).toBe(TASKS);
    loop.close();
  });
});

describe("arguments of gather and race that are none", () => {
  const loop = newVirtualLoop();
  const future = () => new Future<void>({ loop });
  const message = (call: () => unknown) => (outcome(call) as TypeError).message;

  it("options after awaitables are refused, and the message says what to write", () => {
    const options = { returnExceptions: true } as never;
    expect(message(() => gather(future(), options))).toBe(
      "gather() takes options after a list only: write gather([a], options)",
    );
    expect(message(() => gather(future(), future(), options))).toBe(
      "gather() takes options after a list only: write gather([a, b], options)",
    );
    expect(message(() => race(future(), {} as never))).toBe(
      "race() takes options after a list only: write race([a], options)",
    );
    expect(outcome(() => gather(future(), options))).toBeInstanceOf(TypeError);
  });

  it("awaitables after a list are refused", () => {
    expect(message(() => gather([future()], future() as never))).toMatch(
      /^gather\(\) takes a list and options, or awaitables; got .* after a list$/,
    );
  });

  it("what can't be awaited is refused by name", () => {
    expect(message(() => gather(1 as never))).toBe(
      "a future, a coroutine, a promise or a function that returns one is required, got 1",
    );
    expect(message(() => gather([future(), null as never]))).toMatch(/ is required, got null$/);
  });

  it("nothing to race is refused when it is awaited", async () => {
    await expect(race()).rejects.toEqual(new ValueError("race() of nothing would never end"));
  });
});

describe("race", () => {
  both("gives the first result, and cancels the losers and waits for them", function* ({ fn, loop }) {
    const trace: string[] = [];
    const loser = fn(function* () {
      try {
        yield* on(pause(10));
      } finally {
        yield* on(pause(1));
        trace.push("loser cleaned up");
      }
    });
    expect(yield* on(race(loser, pause(2, "winner"), loser))).toBe("winner");
    expect(trace).toEqual(["loser cleaned up", "loser cleaned up"]);
    expect(loop.time()).toBe(3);
  });

  both("fails when the first to end does", function* () {
    const slow = createTask(pause(5));
    expect(yield* failure(race(slow, fail(1, new Error("fastest"))))).toEqual(new Error("fastest"));
    expect(slow.cancelled()).toBe(true);
  });

  both("of one that is cancelled ends by that", function* () {
    const child = createTask(pause(5));
    const racing = createTask(race(child, pause(9)));
    yield* on(turns(2));
    child.cancel("out");
    expect(yield* failure(racing)).toEqual(new CancelledError("out"));
  });

  both("takes the first in the order of the arguments when several are done", function* () {
    const [a, b] = [new Future<string>(), new Future<string>()];
    b.setResult("b");
    a.setResult("a");
    expect(yield* on(race([b, a]))).toBe("b");
  });

  both("that is cancelled cancels all, and waits for them", function* ({ fn, loop }) {
    const trace: string[] = [];
    const runner = (seconds: number) =>
      fn(function* () {
        try {
          yield* on(pause(10));
        } finally {
          yield* on(pause(seconds));
          trace.push(`${seconds}`);
        }
      });
    const racing = createTask(race(runner(1), runner(2)));
    yield* on(pause(1));
    racing.cancel("all out");
    expect(yield* failure(racing)).toEqual(new CancelledError("all out"));
    expect(trace).toEqual(["1", "2"]);
    expect(loop.time()).toBe(3);
  });

  both("that is cancelled while its losers clean up waits for them all the same", function* ({ fn }) {
    const trace: string[] = [];
    const loser = fn(function* () {
      try {
        yield* on(pause(10));
      } finally {
        yield* on(pause(2));
        trace.push("cleaned up");
      }
    });
    const racing: Task<unknown> = createTask(race(loser, pause(1, "winner")));
    yield* on(pause(2));
    racing.cancel("meanwhile");
    expect(yield* failure(racing)).toEqual(new CancelledError("meanwhile"));
    expect(trace).toEqual(["cleaned up"]);
  });

  both("reports the error of a loser's clean-up", function* ({ fn, willReport }) {
    const loser = fn(function* () {
      yield* failure(pause(10));
      throw new RuntimeError("clean-up");
    });
    expect(yield* on(race(loser, pause(1, "winner")))).toBe("winner");
    willReport("Task exception was never retrieved: RuntimeError: clean-up");
  });
});
