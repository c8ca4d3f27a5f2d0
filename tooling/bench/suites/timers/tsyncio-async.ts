import { createTask, gather, getRunningLoop, sleep } from "tsyncio";
import { secondsFor } from "./delay.ts";

export async function sleepers(n: number): Promise<void> {
  const delay = secondsFor(n);
  const sleeper = async (): Promise<void> => {
    await sleep(delay);
  };
  await gather(Array.from({ length: n }, () => createTask(sleeper)));
}

export async function callbacks(n: number): Promise<void> {
  const loop = getRunningLoop();
  const handles = Array.from({ length: n }, (_, i) => loop.callLater(1 + (i % 1000) / 1000, () => {}));
  for (const handle of handles) handle.cancel();
}
