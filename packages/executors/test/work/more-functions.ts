import { isCancelledError } from "@tsyncio/contract";
import { callSoonThreadsafe, type QueueProxy, remote, report, runCoroutineThreadsafe } from "@tsyncio/executors";
import { coroutine, createTask } from "@tsyncio/tasks";

export const reportFunction = remote(import.meta.url, function reportFunction() {
  report(() => {});
});

export type Lookup = (key: string) => Promise<string>;

export const askTwice = remote(import.meta.url, async function askTwice(key: string) {
  return [
    await runCoroutineThreadsafe<Lookup>("lookup", key),
    await runCoroutineThreadsafe<Lookup>("lookup", `${key}${key}`),
  ];
});

export const ask = remote(
  import.meta.url,
  coroutine(function* ask(name: string, ...args: unknown[]) {
    return yield* runCoroutineThreadsafe<(...args: unknown[]) => unknown>(name, ...args);
  }),
);

/** Cancels its call when it is told to, and says what came of it. */
export const askAndCancel = remote(import.meta.url, async function askAndCancel(name: string) {
  const call = runCoroutineThreadsafe<() => unknown>(name);
  report("asked");
  await runCoroutineThreadsafe<() => unknown>("begun");
  call.cancel("no longer needed");
  try {
    return await call;
  } catch (error) {
    return String(error);
  }
});

export const tell = remote(import.meta.url, function tell(name: string, ...args: unknown[]) {
  callSoonThreadsafe<(...args: unknown[]) => void>(name, ...args);
});

export const askAndExit = remote(import.meta.url, async function askAndExit(name: string) {
  void runCoroutineThreadsafe<() => unknown>(name).catch(() => {});
  await runCoroutineThreadsafe<() => unknown>("begun");
  process.exit(1);
});

export const consume = remote(import.meta.url, async function consume(queue: QueueProxy<number>) {
  let sum = 0;
  for await (const n of queue) {
    sum += n;
    queue.taskDone();
  }
  return sum;
});

export const produce = remote(
  import.meta.url,
  coroutine(function* produce(queue: QueueProxy<number>, from: number, to: number) {
    for (let n = from; n < to; n++) yield* queue.put(n);
    report("all");
  }),
);

/** Takes items and cancels a get in between, again and again. */
export const consumeNervously = remote(import.meta.url, async function consumeNervously(queue: QueueProxy<number>) {
  const taken: number[] = [];
  for (let turn = 0; taken.at(-1) !== -1; turn++) {
    const task = createTask(() => queue.get());
    if (turn % 2 === 0) {
      for (let wait = 0; wait < turn % 5; wait++) await new Promise((resolve) => setImmediate(resolve));
      task.cancel();
    }
    try {
      taken.push(await task);
    } catch (error) {
      if (!isCancelledError(error)) throw error;
    }
  }
  return taken;
});

/** Puts items and cancels a put in between: what was cancelled is put again. */
export const produceNervously = remote(
  import.meta.url,
  async function produceNervously(queue: QueueProxy<number>, count: number) {
    for (let n = 0, turn = 0; n < count; turn++) {
      const task = createTask(async () => {
        await queue.put(n);
        n++;
      });
      if (turn % 2 === 0) {
        for (let wait = 0; wait < turn % 5; wait++) await new Promise((resolve) => setImmediate(resolve));
        task.cancel();
      }
      try {
        await task;
      } catch (error) {
        if (!isCancelledError(error)) throw error;
      }
    }
  },
);

/** Dies with an item that it was just given, or while it waits for one. */
export const takeAndExit = remote(
  import.meta.url,
  async function takeAndExit(queue: QueueProxy<number>, count: number) {
    for (let n = 0; n < count; n++) await queue.get();
    void queue.get();
    await runCoroutineThreadsafe<() => unknown>("begun");
    process.exit(1);
  },
);
