import { registry } from "@tsyncio/contract";
import type { QueueWaiter } from "./waiter-queue.js";

/**
 * Stands for the loop of who waits outside of any task: plain async code is the platform's, not a loop's. It goes on as soon as the code that
 * woke it lets it, before the next callback of the loop that runs.
 */
export const nativeCode: QueueWaiter["loop"] = {
  enqueue(waiter) {
    registry.runningLoop?.wakesNative();
    waiter.run();
  },
  isClosed: () => false,
};
