import { setTimeout as sleep } from "node:timers/promises";
import type { Meter } from "../../src/child/meters.ts";

const hour = 3_600_000;

export async function sleepers(n: number, meter: Meter): Promise<void> {
  const sleeper = async (signal: AbortSignal): Promise<void> => {
    await sleep(hour, undefined, { signal });
  };
  const controllers = Array.from({ length: n }, () => new AbortController());
  const tasks = controllers.map((controller) => sleeper(controller.signal));
  await sleep(1);
  meter.begin();
  for (const controller of controllers) controller.abort();
  await Promise.allSettled(tasks);
}
