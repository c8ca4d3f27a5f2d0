import type { LoopContract } from "@tsyncio/contract";

/** Who waits for what on `loop`: a line for each task that has not ended, the oldest first. */
export function describeWaits(loop: LoopContract): string[] {
  return Array.from(
    loop.tasks,
    (task) => `${task.getName()} (${task.getCoro().name}) waits for ${task.describeWait()}`,
  );
}
