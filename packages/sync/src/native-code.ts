import { registry } from "@tsyncio/contract";
import type { TicketHolder } from "./ticket.js";

/**
 * Stands for the loop of who waits outside of any task: plain async code is the platform's, not a loop's. It goes on as soon as the code that
 * woke it lets it.
 */
export const nativeCode: TicketHolder["loop"] = {
  enqueue(holder) {
    nativeCodeGoesOn();
    holder.run();
  },
  isClosed: () => false,
};

/** Has what is about to be woken in native code run before the next callback of the loop that runs, if one does. */
export function nativeCodeGoesOn(): void {
  registry.runningLoop?.wakesNative();
}
