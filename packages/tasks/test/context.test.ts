import { AsyncLocalStorage } from "node:async_hooks";
import { Future, fromPromise } from "@tsyncio/futures";
import { asTask, copyContext, coroutine, createTask, currentTask, outsideTask, withContext } from "@tsyncio/tasks";
import { failure, on, outcome } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { both, pause, turn } from "./support.ts";

const storage = new AsyncLocalStorage<string>();

/** For laws whose main waits for promises of code outside of any task: the clock need not wait for these. */
const IMPATIENT = { foreignGrace: "1ms" } as const;

describe("the async context of a task", () => {
  both("is that of its creation, in every step", function* ({ fn }) {
    const seen: unknown[] = [];
    const helper = fn(function* () {
      yield* on(turn());
      seen.push(storage.getStore());
    });
    const task = storage.run("at creation", () =>
      createTask(
        fn(function* () {
          seen.push(storage.getStore());
          yield* on(pause(1));
          seen.push(storage.getStore());
          yield* on(helper());
          yield* failure(pause(10));
          seen.push(storage.getStore());
        }),
      ),
    );
    yield* on(pause(2));
    storage.run("of who cancels", () => task.cancel());
    yield* on(task);
    expect(seen).toEqual(Array(4).fill("at creation"));
    expect(storage.getStore()).toBe(undefined);
  });

  both("is handed on to the tasks that it makes, each its own", function* ({ fn }) {
    const seen: string[] = [];
    const child = fn(function* () {
      yield* on(turn());
      seen.push(storage.getStore() as string);
    });
    const request = (id: string) =>
      storage.run(id, () =>
        createTask(
          fn(function* () {
            yield* on(turn());
            yield* on(createTask(child));
          }),
        ),
      );
    const tasks = [request("a"), request("b"), request("c")];
    for (const task of tasks) yield* on(task);
    expect(seen).toEqual(["a", "b", "c"]);
  });

  both("is that of the option, if given", function* ({ fn }) {
    const context = storage.run("given", () => copyContext());
    const seen: unknown[] = [];
    const task = createTask(
      fn(function* () {
        seen.push(storage.getStore());
        yield* on(turn());
        seen.push(storage.getStore());
      }),
      { context },
    );
    expect(task.getContext()).toBe(context);
    yield* on(task);
    expect(seen).toEqual(["given", "given"]);
  });

  both("does not take over from who wakes it", function* ({ fn }) {
    const future = new Future<void>();
    const seen: unknown[] = [];
    const task = createTask(
      fn(function* () {
        yield* on(future);
        seen.push(storage.getStore());
      }),
    );
    yield* on(turn());
    storage.run("of who sets the result", () => future.setResult());
    yield* on(task);
    expect(seen).toEqual([undefined]);
  });
});

describe("handlers of then, catch and finally", () => {
  both(
    "run in the async context of their registration",
    function* () {
      const seen: unknown[] = [];
      const note = () => seen.push(storage.getStore());
      const [task, failing] = [createTask(pause(1)), createTask(() => Promise.reject(new Error("x")))];
      const handled = storage.run("registered here", () => [
        task.then(note),
        task.finally(note),
        failing.catch(note),
        pause(1).then(note),
      ]);
      yield* on(fromPromise(Promise.all(handled)));
      expect(seen).toEqual(Array(4).fill("registered here"));
    },
    IMPATIENT,
  );
});

describe("copyContext", () => {
  it("runs functions in the context it was made in", () => {
    const context = storage.run("kept", () => copyContext());
    expect(context.run(() => storage.getStore())).toBe("kept");
    expect(storage.getStore()).toBe(undefined);
    expect(
      context.run(
        function (this: { own: number }) {
          return this.own;
        },
        { own: 5 },
      ),
    ).toBe(5);
  });

  both("keeps no task: what runs in it belongs to nobody", function* () {
    const context = copyContext();
    yield* on(turn());
    const seen: unknown[] = [];
    const ran = context.run(async () => {
      await null;
      seen.push(currentTask());
    });
    yield* on(pause(1));
    yield* on(fromPromise(ran));
    expect(seen).toEqual([null]);
  });
});

describe("withContext", () => {
  both("runs a body in another context, in the current task, over its waits", function* ({ fn }) {
    const context = storage.run("inside", () => copyContext());
    const seen: unknown[] = [];
    const result = yield* on(
      withContext(
        context,
        fn(function* () {
          seen.push(storage.getStore(), currentTask() === null);
          yield* on(pause(1));
          seen.push(storage.getStore(), currentTask() === null);
          return "value";
        }),
      ),
    );
    expect(result).toBe("value");
    expect(seen).toEqual(["inside", false, "inside", false]);
    expect(storage.getStore()).toBe(undefined);
  });

  both("goes back when the body fails or is cancelled", function* ({ fn }) {
    const seen: unknown[] = [];
    const task = storage.run("outside", () =>
      createTask(
        fn(function* () {
          const context = storage.run("inside", () => copyContext());
          const failing = fn(function* () {
            yield* on(turn());
            throw new Error("body");
          });
          yield* failure(withContext(context, failing));
          seen.push(storage.getStore());
          yield* failure(withContext(context, () => pause(10)));
          seen.push(storage.getStore());
        }),
      ),
    );
    yield* on(pause(1));
    task.cancel();
    yield* on(task);
    expect(seen).toEqual(["outside", "outside"]);
  });

  both("can be nested", function* ({ fn }) {
    const [a, b] = ["a", "b"].map((value) => storage.run(value, () => copyContext()));
    const seen: unknown[] = [];
    const note = fn(function* () {
      yield* on(turn());
      seen.push(storage.getStore());
    });
    yield* on(
      withContext(
        a as NonNullable<typeof a>,
        fn(function* () {
          yield* on(withContext(b as NonNullable<typeof b>, note));
          yield* on(note());
        }),
      ),
    );
    yield* on(note());
    expect(seen).toEqual(["b", "a", undefined]);
  });

  it("refuses what is no context, and a body that is no function", () => {
    expect(outcome(() => withContext({} as never, async () => {}))).toEqual(
      new TypeError("a context was expected by withContext(), got an object"),
    );
    expect(outcome(() => withContext(copyContext(), 1 as never))).toEqual(
      new TypeError("a function was expected as the body of withContext(), got 1"),
    );
  });
});

describe("asTask", () => {
  both("makes of a callback one whose every call is a task of its own", function* ({ loop }) {
    const main = currentTask();
    const seen: unknown[] = [];
    const handler = asTask(async function (this: { id: number }, text: string) {
      seen.push([this.id, text, currentTask() === main, currentTask() === null]);
      await pause(1);
      return text.length;
    });
    const task = handler.call({ id: 7 }, "four");
    expect(task.getLoop() === loop).toBe(true);
    expect(yield* on(task)).toBe(4);
    expect(seen).toEqual([[7, "four", false, false]]);
  });

  both("takes generator functions and coroutine functions", function* () {
    const add = coroutine(function* (a: number, b: number) {
      yield* turn();
      return a + b;
    });
    const double = function* (n: number) {
      yield;
      return 2 * n;
    };
    expect(yield* on(asTask(add)(1, 2))).toBe(3);
    expect(yield* on(asTask(double)(4))).toBe(8);
  });

  both("a cancellation of who made the callback does not reach it", function* ({ fn }) {
    const handled: Promise<string>[] = [];
    const owner = createTask(
      fn(function* () {
        const handler = asTask(async () => {
          await pause(2);
          return "handled";
        });
        handled.push(handler());
        yield* on(pause(10));
      }),
    );
    yield* on(pause(1));
    owner.cancel();
    yield* failure(owner);
    expect(yield* on(handled[0])).toBe("handled");
  });

  it("refuses what is no function", () => {
    expect(outcome(() => asTask(1 as never))).toEqual(new TypeError("a function was expected by asTask(), got 1"));
    expect(outcome(() => outsideTask("x" as never))).toEqual(
      new TypeError('a function was expected by outsideTask(), got "x"'),
    );
  });
});

describe("outsideTask", () => {
  both("runs a function with no current task, and gives its result", function* ({ fn }) {
    const task = createTask(
      fn(function* () {
        const own = currentTask();
        const inside = outsideTask(() => currentTask());
        return [inside, currentTask() === own];
      }),
    );
    expect(yield* on(task)).toEqual([null, true]);
  });

  both(
    "what async code it starts does is not the task's: no cancellation reaches it",
    function* ({ fn, loop }) {
      const trace: string[] = [];
      let started: Promise<void> | undefined;
      const task = createTask(
        fn(function* () {
          started = outsideTask(async () => {
            await loop.createTask(() => pause(2));
            trace.push("went on");
          });
          yield* on(pause(10));
        }),
      );
      yield* on(pause(1));
      task.cancel();
      yield* failure(task);
      yield* on(fromPromise(started as Promise<void>));
      expect(trace).toEqual(["went on"]);
    },
    IMPATIENT,
  );

  it("outside of any task just calls it", () => {
    expect(outsideTask(() => 3)).toBe(3);
  });
});
