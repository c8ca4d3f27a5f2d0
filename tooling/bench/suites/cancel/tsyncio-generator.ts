import { coroutine, createTask, gather, sleep } from "tsyncio";
import type { Meter } from "../../src/child/meters.ts";

const sleeper = coroutine(function* () {
  yield* sleep("1h");
});

export const sleepers = coroutine(function* (n: number, meter: Meter) {
  const tasks = Array.from({ length: n }, () => createTask(sleeper()));
  yield* sleep("1ms");
  meter.begin();
  for (const task of tasks) task.cancel();
  yield* gather(tasks, { returnExceptions: true });
});
