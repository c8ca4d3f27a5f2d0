import { type FutureContract, RuntimeError, registry, type TaskContract, type TaskFactory } from "@tsyncio/contract";
import { newEventLoop } from "@tsyncio/loop";
import { afterEach, expect, test } from "vitest";

const before = { ...registry };
afterEach(() => {
  Object.assign(registry, before);
});

const body = async () => {};
const task = { name: "a task" } as unknown as TaskContract;
const makesTask: TaskFactory = <T>() => task as TaskContract<T>;

test("without a package that makes them, the error names it", () => {
  Object.assign(registry, { futureFactory: null, taskFactory: null });
  const loop = newEventLoop();
  const missing = (what: string, name: string) =>
    new RuntimeError(`${what} is needed, and nothing makes one: import "${name}" first`);
  expect(() => loop.createFuture()).toThrow(missing("a future", "@tsyncio/futures"));
  expect(() => loop.createTask(body)).toThrow(missing("a task", "@tsyncio/tasks"));
});

test("futures are made by the registry's factory, for the loop", () => {
  const loop = newEventLoop();
  const future = { name: "a future" } as unknown as FutureContract;
  const loops: unknown[] = [];
  registry.futureFactory = <T>(of: unknown) => {
    loops.push(of);
    return future as FutureContract<T>;
  };
  expect(loop.createFuture()).toBe(future);
  expect(loops).toEqual([loop]);
});

test("tasks are made by the loop's own factory before the registry's", () => {
  const loop = newEventLoop();
  const calls: unknown[] = [];
  registry.taskFactory = makesTask;
  expect(loop.createTask(body)).toBe(task);
  const own = { name: "another task" } as unknown as TaskContract;
  const factory: TaskFactory = <T>(...args: unknown[]) => {
    calls.push(args);
    return own as TaskContract<T>;
  };
  loop.setTaskFactory(factory);
  expect(loop.getTaskFactory()).toBe(factory);
  expect(loop.createTask(body, { name: "mine" })).toBe(own);
  expect(calls).toEqual([[loop, body, { name: "mine" }]]);
  loop.setTaskFactory(null);
  expect(loop.getTaskFactory()).toBeNull();
  expect(loop.createTask(body)).toBe(task);
});

test("a task factory that is none is refused", () => {
  const loop = newEventLoop();
  loop.setTaskFactory(makesTask);
  for (const [bad, got] of [
    [undefined, "undefined"],
    [{}, "an object"],
  ]) {
    expect(() => loop.setTaskFactory(bad as never)).toThrow(
      new TypeError(`task factory must be a function or null, got ${got}`),
    );
  }
  expect(loop.getTaskFactory()).toBe(makesTask);
});

test("shutdownAsyncgens ends iterators that were left open, and reports those that fail", async () => {
  const reports: unknown[] = [];
  const loop = newEventLoop({ exceptionHandler: (_, context) => reports.push(context) });
  const ended: string[] = [];
  async function* numbers(name: string) {
    try {
      yield 1;
      yield 2;
    } finally {
      ended.push(name);
    }
  }
  const exception = new Error("can't close");
  const failing = {
    next: () => Promise.resolve({ done: false, value: 1 } as const),
    return: () => Promise.reject(exception),
  };
  const withoutReturn = { next: failing.next };
  const iterators = [numbers("a"), numbers("b")];
  for (const iterator of iterators) await iterator.next();
  for (const iterator of [...iterators, failing, withoutReturn]) loop.openIterators.add(iterator);
  await loop.shutdownAsyncgens();
  expect(ended).toEqual(["a", "b"]);
  expect(reports).toEqual([{ message: "an error occurred during closing of asynchronous generator", exception }]);
  expect(loop.openIterators.size).toBe(0);
});
