// waitFor, timeout, shield and gather with bugs that CPython's asyncio had, or nearly.
import { type Body, CancelledError, getRunningLoop, TimeoutError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { coroutine, createTask, currentTask, type Task } from "@tsyncio/tasks";

type Source = Body<[], unknown>;

/** Waits until `task` is done, or `seconds` have passed; a timer or the task itself sets the future that is waited for. */
function* waitedFor(task: Task<unknown>, seconds: number) {
  const waiter = new Future<void>();
  const wake = () => {
    if (!waiter.done()) waiter.setResult();
  };
  const timer = getRunningLoop().callLater(seconds, wake);
  task.addDoneCallback(wake);
  try {
    yield* waiter;
  } finally {
    timer.cancel();
    task.removeDoneCallback(wake);
  }
}

function* ended(task: Task<unknown>) {
  task.cancel();
  while (!task.done()) yield;
}

/** A cancellation that comes when the inner task is done loses its result: bpo-37658. */
export const waitForLosesResult = coroutine(function* waitFor(source: Source, seconds: number) {
  const task = createTask(source);
  try {
    yield* waitedFor(task, seconds);
  } catch (error) {
    yield* ended(task);
    throw error;
  }
  if (task.done()) return task.result();
  yield* ended(task);
  if (!task.cancelled()) return task.result();
  throw new TimeoutError();
});

/** The remedy for that, which swallowed the cancellation instead: bpo-42130, gh-86296. */
export const waitForSwallowsCancellation = coroutine(function* waitFor(source: Source, seconds: number) {
  const task = createTask(source);
  try {
    yield* waitedFor(task, seconds);
  } catch (error) {
    if (task.done() && !task.cancelled()) return task.result();
    yield* ended(task);
    if (!task.cancelled()) return task.result();
    throw error;
  }
  if (task.done()) return task.result();
  yield* ended(task);
  if (!task.cancelled()) return task.result();
  throw new TimeoutError();
});

/** Takes any cancellation for its own once its deadline has passed, as async_timeout did before tasks counted cancellations. */
export const timeoutTakesCancellation = coroutine(function* timeout(seconds: number, body: Source) {
  const task = currentTask() as Task;
  let struck = false;
  const timer = getRunningLoop().callLater(seconds, () => {
    struck = true;
    task.cancel();
  });
  const inner = coroutine(function* () {
    return yield* createTask(body);
  });
  try {
    return yield* inner();
  } catch (error) {
    if (!(error instanceof CancelledError) || !struck) throw error;
    task.uncancel();
    throw new TimeoutError();
  } finally {
    timer.cancel();
  }
});

/** Waits for the task itself: a cancellation reaches it. */
export const shieldNothing = coroutine(function* shield(future: PromiseLike<unknown>) {
  return yield* future as Future<unknown>;
});

/** Waits for one after the other: when it is cancelled, those it has not come to go on. */
export const gatherOneByOne = coroutine(function* gather(sources: readonly Source[]) {
  const tasks = sources.map((source) => createTask(source));
  const results: unknown[] = [];
  for (const task of tasks) results.push(yield* task);
  return results;
});
