import { createTask, gather, sleep } from "tsyncio";
import type { Meter } from "../../src/child/meters.ts";

const sleeper = async (): Promise<void> => {
  await sleep("1h");
};

export async function sleepers(n: number, meter: Meter): Promise<void> {
  const tasks = Array.from({ length: n }, () => createTask(sleeper));
  await sleep("1ms");
  meter.begin();
  for (const task of tasks) task.cancel();
  await gather(tasks, { returnExceptions: true });
}
