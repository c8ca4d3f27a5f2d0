import type { IdleLoop } from "@tsyncio/contract";
import { VirtualHost } from "@tsyncio/loop/virtual";

/** The host of an explored run: knows whether a timer is set, and says nothing aloud. */
export class ExploringHost extends VirtualHost {
  #deadline: number | null = null;

  /** Whether the loop that was parked last waits for a timer. */
  hasDeadline(): boolean {
    return this.#deadline !== null;
  }

  override park(loop: IdleLoop, deadline: number | null): void {
    this.#deadline = deadline;
    super.park(loop, deadline);
  }

  /** Warnings of debug mode would come once for each of many runs. */
  override log(): void {}
}
