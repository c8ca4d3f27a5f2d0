import { type Operation, sleep, spawn, type Task } from "effection";
import type { Meter } from "../../src/child/meters.ts";

const hour = 3_600_000;

export function* sleepers(n: number, meter: Meter): Operation<void> {
  const tasks: Task<void>[] = [];
  for (let i = 0; i < n; i++) tasks.push(yield* spawn(() => sleep(hour)));
  yield* sleep(1);
  meter.begin();
  for (const task of tasks) yield* task.halt();
}
