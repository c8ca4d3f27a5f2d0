import { setTimeout as delay } from "node:timers/promises";
import { CancelledError, ExceptionGroup, KeyboardInterrupt, RuntimeError, SystemExit } from "@tsyncio/contract";
import { coroutine, createTask, currentSignal, currentTask, type Task, TaskGroup, taskGroup } from "@tsyncio/tasks";
import { failure, on, outcome, worldOf } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { both, pause, turn } from "./support.ts";

const MESSAGE = "unhandled errors in a TaskGroup";

const fail = coroutine(function* (seconds: number, error: Error) {
  yield* pause(seconds);
  throw error;
});

/** The errors of a group of errors, which `error` must be. */
function errorsIn(error: unknown): unknown[] {
  expect(error).toBeInstanceOf(ExceptionGroup);
  expect((error as ExceptionGroup).message).toBe(MESSAGE);
  return (error as ExceptionGroup).errors;
}

describe("a task group", () => {
  both("waits for its tasks and gives what the body returned", function* ({ fn, loop }) {
    let tasks: Task<string>[] = [];
    const result = yield* on(
      taskGroup(
        fn(function* (tg: TaskGroup) {
          tasks = [tg.createTask(pause(2, "two")), tg.createTask(pause(1, "one"))];
          yield* on(turn());
          return "body";
        }),
      ),
    );
    expect(result).toBe("body");
    expect(tasks.map((task) => task.result())).toEqual(["two", "one"]);
    expect(loop.time()).toBe(2);
  });

  both("without tasks ends with its body, without a turn", function* ({ fn, loop }) {
    let turned = false;
    loop.callSoon(() => {
      turned = true;
    });
    const empty = fn(function* () {
      return 1;
    });
    expect(yield* on(taskGroup(empty))).toBe(1);
    expect(turned).toBe(false);
  });

  both("takes tasks that its tasks make while it ends", function* ({ fn, loop }) {
    const trace: string[] = [];
    yield* on(
      taskGroup(
        fn(function* (tg: TaskGroup) {
          tg.createTask(
            fn(function* () {
              yield* on(pause(1));
              tg.createTask(
                fn(function* () {
                  yield* on(pause(1));
                  trace.push(`grandchild at ${loop.time()}`);
                }),
              );
            }),
          );
        }),
      ),
    );
    expect(trace).toEqual(["grandchild at 2"]);
  });

  both("names its tasks as told", function* ({ fn }) {
    yield* on(
      taskGroup(
        fn(function* (tg: TaskGroup) {
          expect(tg.createTask(turn(), { name: "worker" }).getName()).toBe("worker");
        }),
      ),
    );
  });

  both("whose task fails cancels the others and the body, and raises the errors", function* ({ fn, loop }) {
    const trace: string[] = [];
    const cancelledIn = (name: string) =>
      fn(function* () {
        try {
          yield* on(pause(10));
        } catch (error) {
          trace.push(`${name}: ${error}`);
          throw error;
        }
      });
    const group = taskGroup(
      fn(function* (tg: TaskGroup) {
        tg.createTask(cancelledIn("sibling"));
        tg.createTask(fail(1, new Error("first")));
        yield* on(cancelledIn("body")());
      }),
    );
    expect(errorsIn(yield* failure(group))).toEqual([new Error("first")]);
    expect(trace.sort()).toEqual(["body: CancelledError", "sibling: CancelledError"]);
    expect((currentTask() as Task).cancelling()).toBe(0);
    expect(loop.time()).toBe(1);
  });

  both("gathers the errors of all who fail, clean-ups and body included", function* ({ fn }) {
    const group = taskGroup(
      fn(function* (tg: TaskGroup) {
        tg.createTask(
          fn(function* () {
            yield* failure(pause(10));
            throw new Error("clean-up");
          }),
        );
        tg.createTask(fail(1, new Error("child")));
        yield* failure(pause(10));
        throw new Error("body");
      }),
    );
    expect(errorsIn(yield* failure(group))).toEqual([new Error("child"), new Error("clean-up"), new Error("body")]);
  });

  both("whose body raises cancels its tasks, and raises that in a group", function* ({ fn }) {
    let child: Task<unknown> | undefined;
    const group = taskGroup(
      fn(function* (tg: TaskGroup) {
        child = tg.createTask(pause(10));
        yield* on(turn());
        throw new Error("body");
      }),
    );
    const error = yield* failure(group);
    expect(errorsIn(error)).toEqual([new Error("body")]);
    expect((error as Error).cause).toEqual(new Error("body"));
    expect(child?.cancelled()).toBe(true);
  });

  both("whose body raises before any task began keeps those from running", function* ({ fn }) {
    const trace: string[] = [];
    const group = taskGroup(
      fn(function* (tg: TaskGroup) {
        tg.createTask(
          fn(function* () {
            trace.push("ran");
          }),
        );
        throw new Error("body");
      }),
    );
    expect(errorsIn(yield* failure(group))).toEqual([new Error("body")]);
    expect(trace).toEqual([]);
  });

  both("does not mind a task of its own that is cancelled alone", function* ({ fn }) {
    const trace: string[] = [];
    yield* on(
      taskGroup(
        fn(function* (tg: TaskGroup) {
          const child = tg.createTask(pause(10));
          tg.createTask(
            fn(function* () {
              yield* on(pause(2));
              trace.push("sibling ended");
            }),
          );
          yield* on(turn());
          child.cancel();
        }),
      ),
    );
    expect(trace).toEqual(["sibling ended"]);
  });

  both("whose body awaits a task that is cancelled ends by that cancellation", function* ({ fn }) {
    const group = taskGroup(
      fn(function* (tg: TaskGroup) {
        const child = tg.createTask(pause(10));
        yield* on(turn());
        child.cancel("awaited");
        yield* on(child);
      }),
    );
    expect(yield* failure(group)).toEqual(new CancelledError("awaited"));
    expect((currentTask() as Task).cancelling()).toBe(0);
  });
});

describe("a task group that is cancelled from outside", () => {
  both("in its body cancels its tasks, waits for them, and passes the cancellation on", function* ({ fn, loop }) {
    const trace: string[] = [];
    const main = createTask(
      fn(function* () {
        yield* on(
          taskGroup(
            fn(function* (tg: TaskGroup) {
              tg.createTask(
                fn(function* () {
                  try {
                    yield* on(pause(10));
                  } finally {
                    yield* on(pause(2));
                    trace.push("child cleaned up");
                  }
                }),
              );
              yield* on(pause(10));
            }),
          ),
        );
      }),
    );
    yield* on(pause(1));
    main.cancel("from outside");
    expect(yield* failure(main)).toEqual(new CancelledError("from outside"));
    expect(trace).toEqual(["child cleaned up"]);
    expect([main.cancelling(), loop.time()]).toEqual([1, 3]);
  });

  both("while it waits for its tasks does the same", function* ({ fn }) {
    let child: Task<unknown> | undefined;
    const main = createTask(
      fn(function* () {
        yield* on(
          taskGroup(
            fn(function* (tg: TaskGroup) {
              child = tg.createTask(pause(10));
            }),
          ),
        );
      }),
    );
    yield* on(pause(1));
    main.cancel("outside");
    expect(yield* failure(main)).toEqual(new CancelledError("outside"));
    expect(child?.cancelled()).toBe(true);
  });

  both("twice still waits for its tasks", function* ({ fn, loop }) {
    const main = createTask(
      fn(function* () {
        yield* on(
          taskGroup(
            fn(function* (tg: TaskGroup) {
              tg.createTask(
                fn(function* () {
                  yield* failure(pause(10));
                  yield* on(pause(5));
                }),
              );
            }),
          ),
        );
      }),
    );
    yield* on(pause(1));
    main.cancel("once");
    yield* on(pause(1));
    main.cancel("twice");
    expect(yield* failure(main)).toEqual(new CancelledError("once"));
    expect([loop.time(), main.cancelling()]).toEqual([6, 2]);
  });

  both("while a task fails raises the errors; the cancellation comes again at the next wait", function* ({ fn }) {
    const seen: unknown[] = [];
    const main = createTask(
      fn(function* () {
        const group = taskGroup(
          fn(function* (tg: TaskGroup) {
            tg.createTask(
              fn(function* () {
                yield* failure(pause(10));
                throw new Error("while it is cancelled");
              }),
            );
            yield* on(pause(10));
          }),
        );
        seen.push(errorsIn(yield* failure(group)));
        seen.push((currentTask() as Task).cancelling());
        yield* on(turn());
        seen.push("not reached");
      }),
    );
    yield* on(pause(1));
    main.cancel();
    expect(yield* failure(main)).toBeInstanceOf(CancelledError);
    expect(seen).toEqual([[new Error("while it is cancelled")], 1]);
  });

  both("keeps the count of cancellations that were there before", function* ({ fn }) {
    const seen: number[] = [];
    const main = createTask(
      fn(function* () {
        yield* failure(pause(10));
        const self = currentTask() as Task;
        seen.push(self.cancelling());
        const group = taskGroup(
          fn(function* (tg: TaskGroup) {
            tg.createTask(fail(0, new Error("child")));
            yield* on(pause(10));
          }),
        );
        seen.push(errorsIn(yield* failure(group)).length);
        seen.push(self.cancelling());
        yield* failure(turn());
      }),
    );
    yield* on(pause(1));
    main.cancel();
    yield* on(main);
    expect(seen).toEqual([1, 1, 1]);
  });
});

describe("nested task groups", () => {
  both("an error of the inner one cancels the outer one, group in group", function* ({ fn }) {
    const trace: string[] = [];
    const group = taskGroup(
      fn(function* (outer: TaskGroup) {
        outer.createTask(
          fn(function* () {
            try {
              yield* on(pause(10));
            } finally {
              trace.push("outer's task cancelled");
            }
          }),
        );
        yield* on(
          taskGroup(
            fn(function* (inner: TaskGroup) {
              inner.createTask(fail(1, new Error("inner")));
              yield* on(pause(10));
            }),
          ),
        );
      }),
    );
    const [nested] = errorsIn(yield* failure(group));
    expect(errorsIn(nested)).toEqual([new Error("inner")]);
    expect(trace).toEqual(["outer's task cancelled"]);
  });

  both("an error of the outer one cancels the inner one, without a trace of it in the errors", function* ({ fn }) {
    const trace: string[] = [];
    const group = taskGroup(
      fn(function* (outer: TaskGroup) {
        outer.createTask(fail(1, new Error("outer")));
        yield* on(
          taskGroup(
            fn(function* (inner: TaskGroup) {
              inner.createTask(
                fn(function* () {
                  try {
                    yield* on(pause(10));
                  } finally {
                    trace.push("inner's task cancelled");
                  }
                }),
              );
            }),
          ),
        );
      }),
    );
    expect(errorsIn(yield* failure(group))).toEqual([new Error("outer")]);
    expect(trace).toEqual(["inner's task cancelled"]);
  });

  both("that fail at the same time raise both", function* ({ fn }) {
    const group = taskGroup(
      fn(function* (outer: TaskGroup) {
        outer.createTask(fail(1, new Error("outer")));
        yield* on(
          taskGroup(
            fn(function* (inner: TaskGroup) {
              inner.createTask(fail(1, new Error("inner")));
              yield* on(pause(10));
            }),
          ),
        );
      }),
    );
    const errors = errorsIn(yield* failure(group));
    expect(errors[0]).toEqual(new Error("outer"));
    expect(errorsIn(errors[1])).toEqual([new Error("inner")]);
    expect((currentTask() as Task).cancelling()).toBe(0);
  });

  both("that are both cancelled from outside end by that", function* ({ fn }) {
    const main = createTask(
      fn(function* () {
        const inner = fn(function* (tg: TaskGroup) {
          tg.createTask(pause(10));
        });
        const outer = fn(function* (tg: TaskGroup) {
          tg.createTask(pause(10));
          yield* on(taskGroup(inner));
        });
        yield* on(taskGroup(outer));
      }),
    );
    yield* on(pause(1));
    main.cancel("all");
    expect(yield* failure(main)).toEqual(new CancelledError("all"));
  });
});

describe("createTask of a group", () => {
  both("is refused before it is entered", function* ({ fn }) {
    const group = new TaskGroup();
    const unused = turn();
    expect(outcome(() => group.createTask(unused))).toEqual(
      new RuntimeError("TaskGroup <TaskGroup created> has not been entered"),
    );
    // What it refused it has closed: nobody is warned of a coroutine that was never awaited.
    expect(yield* failure(unused)).toBeInstanceOf(RuntimeError);
    yield* on(
      group.run(
        fn(function* () {
          yield* on(turn());
        }),
      ),
    );
  });

  both("is refused after its end", function* ({ fn }) {
    let group: TaskGroup | undefined;
    yield* on(
      taskGroup(
        fn(function* (tg: TaskGroup) {
          group = tg;
        }),
      ),
    );
    const late = () => group?.createTask(fn(function* () {}));
    expect(outcome(late)).toEqual(new RuntimeError("TaskGroup <TaskGroup finished> is finished"));
  });

  both("is refused once it is shutting down", function* ({ fn }) {
    const refusals: unknown[] = [];
    const group = taskGroup(
      fn(function* (tg: TaskGroup) {
        tg.createTask(fail(1, new Error("child")));
        try {
          yield* on(pause(10));
        } finally {
          refusals.push(outcome(() => tg.createTask(turn())));
        }
      }),
    );
    yield* failure(group);
    expect(refusals).toHaveLength(1);
    expect((refusals[0] as Error).message).toMatch(/^TaskGroup <TaskGroup .*cancelling.*> is shutting down$/);
  });

  both("refuses what is no coroutine, and leaves the group as it was", function* ({ fn }) {
    yield* on(
      taskGroup(
        fn(function* (tg: TaskGroup) {
          expect(outcome(() => tg.createTask(Promise.resolve() as never))).toBeInstanceOf(TypeError);
          tg.createTask(turn());
        }),
      ),
    );
  });

  both("takes an eager task that is done at once", function* ({ fn }) {
    yield* on(
      taskGroup(
        fn(function* (tg: TaskGroup) {
          const task = tg.createTask(
            function* () {
              return 5;
            },
            { eagerStart: true },
          );
          expect([task.done(), task.result()]).toEqual([true, 5]);
        }),
      ),
    );
  });

  both("counts the error of an eager task that fails at once", function* ({ fn }) {
    const group = taskGroup(
      fn(function* (tg: TaskGroup) {
        tg.createTask(
          function* () {
            throw new Error("eager");
          },
          { eagerStart: true },
        );
        yield* on(pause(10));
      }),
    );
    expect(errorsIn(yield* failure(group))).toEqual([new Error("eager")]);
  });
});

describe("a group runs once", () => {
  both("and is refused a second time", function* ({ fn }) {
    const group = new TaskGroup();
    const body = fn(function* () {});
    yield* on(group.run(body));
    expect(yield* failure(group.run(body))).toEqual(
      new RuntimeError("TaskGroup <TaskGroup finished> has already been entered"),
    );
  });

  both("and is refused while it runs", function* ({ fn }) {
    const group = new TaskGroup();
    yield* on(
      group.run(
        fn(function* () {
          const error = yield* failure(group.run(fn(function* () {})));
          expect(error).toEqual(new RuntimeError("TaskGroup <TaskGroup entered> has already been entered"));
        }),
      ),
    );
  });

  it("refuses a body that is no function", () => {
    expect(outcome(() => taskGroup(5 as never))).toEqual(
      new TypeError("a function was expected as the body of taskGroup(), got 5"),
    );
  });

  both("refuses a body that gives nothing to wait for", function* () {
    expect(errorsIn(yield* failure(taskGroup((() => 5) as never)))).toEqual([
      new TypeError(
        "the body of taskGroup() must be a generator function, an async function, or return an awaitable; it returned 5",
      ),
    ]);
  });
});

describe("cancel() of a group", () => {
  both("ends body and tasks without an error", function* ({ fn, loop }) {
    const trace: string[] = [];
    const result = yield* on(
      taskGroup(
        fn(function* (tg: TaskGroup) {
          tg.createTask(
            fn(function* () {
              try {
                yield* on(pause(10));
              } finally {
                yield* on(pause(1));
                trace.push("task cleaned up");
              }
            }),
          );
          loop.callLater(2, () => tg.cancel());
          yield* on(pause(10));
          return "not reached";
        }),
      ),
    );
    expect(result).toBe(undefined);
    expect(trace).toEqual(["task cleaned up"]);
    expect([loop.time(), (currentTask() as Task).cancelling()]).toEqual([3, 0]);
  });

  both("by its own body ends that at its next wait", function* ({ fn }) {
    const trace: string[] = [];
    yield* on(
      taskGroup(
        fn(function* (tg: TaskGroup) {
          tg.createTask(pause(10));
          tg.cancel();
          tg.cancel();
          trace.push("up to here");
          yield* on(turn());
          trace.push("not reached");
        }),
      ),
    );
    expect(trace).toEqual(["up to here"]);
    yield* on(pause(1));
  });

  both("by its own body at its end keeps what it returned", function* ({ fn }) {
    const value = yield* on(
      taskGroup(
        fn(function* (tg: TaskGroup) {
          tg.createTask(pause(10));
          yield* on(turn());
          tg.cancel();
          return "the result";
        }),
      ),
    );
    expect(value).toBe("the result");
    yield* on(pause(1));
  });

  both("before it is entered cancels it when it is", function* ({ fn }) {
    const trace: string[] = [];
    const group = new TaskGroup();
    group.cancel();
    yield* on(
      group.run(
        fn(function* () {
          trace.push("body");
          yield* on(turn());
          trace.push("not reached");
        }),
      ),
    );
    expect(trace).toEqual(["body"]);
    yield* on(turn());
  });

  both("after its end does nothing", function* ({ fn }) {
    const group = new TaskGroup();
    yield* on(group.run(fn(function* () {})));
    group.cancel();
    yield* on(pause(1));
    expect((currentTask() as Task).cancelling()).toBe(0);
  });

  both("does not hide errors", function* ({ fn, loop }) {
    const group = taskGroup(
      fn(function* (tg: TaskGroup) {
        tg.createTask(
          fn(function* () {
            yield* failure(pause(10));
            throw new Error("in clean-up");
          }),
        );
        loop.callLater(1, () => tg.cancel());
        yield* on(pause(10));
      }),
    );
    expect(errorsIn(yield* failure(group))).toEqual([new Error("in clean-up")]);
  });

  both("does not hide a cancellation from outside", function* ({ fn }) {
    const main = createTask(
      fn(function* () {
        yield* on(
          taskGroup(
            fn(function* (tg: TaskGroup) {
              tg.createTask(
                fn(function* () {
                  yield* on(pause(1));
                  main.cancel("outside");
                  tg.cancel();
                }),
              );
              yield* on(pause(10));
            }),
          ),
        );
      }),
    );
    expect(yield* failure(main)).toEqual(new CancelledError("outside"));
    expect(main.cancelling()).toBe(1);
  });

  both("of an outer group ends the inner ones", function* ({ fn, loop }) {
    yield* on(
      taskGroup(
        fn(function* (outer: TaskGroup) {
          loop.callLater(1, () => outer.cancel());
          yield* on(
            taskGroup(
              fn(function* (inner: TaskGroup) {
                inner.createTask(pause(10));
                yield* on(pause(10));
              }),
            ),
          );
        }),
      ),
    );
    expect(loop.time()).toBe(1);
  });
});

describe("host functions in a group", () => {
  it("that its signal stops end its body and its tasks without an error of their own", async () => {
    const world = worldOf();
    const result = await world.loop.runUntilComplete(() =>
      taskGroup(async (tg) => {
        tg.createTask(async () => {
          await delay(60_000, undefined, { signal: currentSignal() as AbortSignal });
        });
        tg.createTask(async () => {
          await turn();
          tg.cancel();
        });
        await delay(60_000, undefined, { signal: tg.signal });
        return "not reached";
      }),
    );
    expect(result).toBe(undefined);
    world.leave();
  });

  it("that fail by themselves count as failed", async () => {
    const world = worldOf();
    const failing = () =>
      taskGroup(async (tg) => {
        tg.createTask(async () => {
          await delay(60_000, undefined, { signal: AbortSignal.abort(new Error("somebody else's")) });
        });
      });
    const error = await world.loop.runUntilComplete(failing).catch((e: unknown) => e);
    expect(errorsIn(error)).toMatchObject([{ name: "AbortError" }]);
    world.leave();
  });
});

describe("the signal of a group", () => {
  both("given from outside ends it, as cancel() does", function* ({ fn, loop }) {
    const controller = new AbortController();
    loop.callLater(2, () => controller.abort(new Error("reason")));
    const child = yield* on(
      taskGroup(
        fn(function* (tg: TaskGroup) {
          tg.createTask(pause(10));
          yield* on(pause(10));
        }),
        { signal: controller.signal },
      ),
    );
    expect([child, loop.time()]).toEqual([undefined, 2]);
  });

  both("given and aborted already cancels the body at its first wait", function* ({ fn }) {
    const trace: string[] = [];
    yield* on(
      taskGroup(
        fn(function* () {
          trace.push("body");
          yield* on(turn());
          trace.push("not reached");
        }),
        { signal: AbortSignal.abort() },
      ),
    );
    expect(trace).toEqual(["body"]);
  });

  both("of its own is aborted when it fails, for host functions of the body", function* ({ fn }) {
    let signal: AbortSignal | undefined;
    const group = taskGroup(
      fn(function* (tg: TaskGroup) {
        signal = tg.signal;
        tg.createTask(fail(1, new Error("child")));
        expect(signal.aborted).toBe(false);
        yield* on(pause(10));
      }),
    );
    yield* failure(group);
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toBeInstanceOf(CancelledError);
  });

  it("of its own is asked for in vain before it is entered", () => {
    expect(outcome(() => new TaskGroup().signal)).toEqual(
      new RuntimeError("TaskGroup <TaskGroup created> has not been entered"),
    );
  });

  both("that is none is refused, and nothing is left", function* ({ fn }) {
    const group = taskGroup(
      fn(function* () {}),
      { signal: {} as never },
    );
    expect(yield* failure(group)).toEqual(new TypeError("signal must be an AbortSignal, got an object"));
    yield* on(turn());
  });
});

describe("errors that leave the loop", () => {
  for (const error of [new SystemExit(3), new KeyboardInterrupt()]) {
    for (const kind of both.kinds) {
      it(`${error.name} of a task ends the run; its group cleans up when the loop runs again (${kind.name})`, async () => {
        const world = worldOf();
        const trace: string[] = [];
        const main = world.loop.createTask(
          kind.define(function* () {
            yield* on(
              taskGroup(
                kind.define(function* (tg: TaskGroup) {
                  tg.createTask(fail(1, error));
                  try {
                    yield* on(pause(10));
                  } finally {
                    trace.push("body cleaned up");
                  }
                }),
              ),
            );
          }),
        );
        await expect(world.loop.runUntilComplete(main)).rejects.toBe(error);
        expect(main.done()).toBe(false);
        await expect(world.loop.runUntilComplete(main)).rejects.toBe(error);
        expect(trace).toEqual(["body cleaned up"]);
        world.leave();
      });
    }
  }

  both("raised by the body come as they are, not in a group", function* ({ fn }) {
    const group = taskGroup(
      fn(function* (tg: TaskGroup) {
        tg.createTask(pause(10));
        yield* on(turn());
        throw new SystemExit(1);
      }),
    );
    expect(yield* failure(group)).toEqual(new SystemExit(1));
  });
});

describe("asTask of a group", () => {
  both("makes of a callback tasks of the group, each with the callback's this and arguments", function* ({ fn, loop }) {
    const seen: unknown[] = [];
    yield* on(
      taskGroup(
        fn(function* (tg: TaskGroup) {
          const handler = tg.asTask(function (this: { id: number }, text: string) {
            const { id } = this;
            return pause(1).then(() => {
              seen.push([id, text, currentTask() === null ? "no task" : "a task"]);
              return id;
            });
          });
          loop.callLater(1, () => handler.call({ id: 1 }, "x"));
          loop.callLater(1, () => handler.call({ id: 2 }, "y"));
          yield* on(pause(1.5));
        }),
      ),
    );
    expect(seen).toEqual([
      [1, "x", "a task"],
      [2, "y", "a task"],
    ]);
    expect(loop.time()).toBe(2);
  });

  both("whose callback fails fails the group", function* ({ fn, loop }) {
    const group = taskGroup(
      fn(function* (tg: TaskGroup) {
        const handler = tg.asTask(async () => {
          throw new Error("handler");
        });
        loop.callLater(1, () => handler());
        yield* on(pause(10));
      }),
    );
    expect(errorsIn(yield* failure(group))).toEqual([new Error("handler")]);
  });
});

describe("a group shows", () => {
  both("its state", function* ({ fn }) {
    const group = new TaskGroup();
    expect(String(group)).toBe("<TaskGroup created>");
    yield* on(
      group.run(
        fn(function* (tg: TaskGroup) {
          expect(String(tg)).toBe("<TaskGroup entered>");
          tg.createTask(
            fn(function* () {
              expect(String(tg)).toBe("<TaskGroup tasks=1 exiting>");
            }),
          );
          expect(String(tg)).toBe("<TaskGroup tasks=1 entered>");
        }),
      ),
    );
    expect(String(group)).toBe("<TaskGroup finished>");
  });
});
