// A host without an async context, as browsers are: what still works there. Writes one line of JSON.
import type { Task } from "@tsyncio/tasks";

// Before the packages look at where they are.
Object.assign(process, { getBuiltinModule: undefined });

async function main() {
  const { getEventLoop } = await import("@tsyncio/loop");
  const { createTask, currentTask, gather, taskGroup } = await import("@tsyncio/tasks");
  const { sleep, timeout } = await import("@tsyncio/timeouts");

  /** How `task` ended. */
  const end = async (task: PromiseLike<unknown>) => {
    try {
      return await task;
    } catch (error) {
      return (error as Error).name;
    }
  };

  /** What a function of the host does that takes a signal. */
  const untilAborted = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });

  const cancelled = async (task: Task<unknown>) => {
    await sleep("2ms");
    task.cancel();
    return end(task);
  };

  return {
    host: getEventLoop().host.name,
    generator: await createTask(function* () {
      const own = currentTask();
      yield* sleep("1ms");
      yield* taskGroup(function* (tg) {
        tg.createTask(() => sleep("1ms"));
        yield* sleep(0);
      });
      return currentTask() === own;
    }),
    generatorTimeout: await end(
      createTask(function* () {
        yield* timeout("2ms", function* () {
          yield* sleep("1h");
        });
      }),
    ),
    generatorCancelled: await cancelled(
      createTask(function* () {
        yield* sleep("1h");
      }),
    ),
    gathered: await gather(
      function* () {
        yield* sleep("1ms");
        return 1;
      },
      async () => 2,
    ),
    asyncBeforeAwait: await createTask(async () => {
      const before = currentTask()?.getName();
      await sleep("1ms");
      return [typeof before, typeof currentTask()?.getName()];
    }),
    asyncCancelled: await cancelled(createTask((task) => untilAborted(task.signal))),
    asyncGetsItsTask: await createTask(async (task) => {
      await sleep("1ms");
      return [task.getName().startsWith("Task-"), task.signal.aborted];
    }),
    asyncTimeout: await end(timeout("2ms", (t) => untilAborted(t.signal))),
  };
}

main().then((result) => {
  console.log(JSON.stringify(result));
  process.exit();
});
