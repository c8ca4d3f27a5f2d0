import { type Operation, sleep, spawn, type Task } from "effection";
import { secondsFor } from "./delay.ts";

export function* sleepers(n: number): Operation<void> {
  const delay = secondsFor(n) * 1000;
  const tasks: Task<void>[] = [];
  for (let i = 0; i < n; i++) tasks.push(yield* spawn(() => sleep(delay)));
  for (const task of tasks) yield* task;
}
