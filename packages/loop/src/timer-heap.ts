import type { TimerEntry } from "@tsyncio/contract";
import TinyQueue from "tinyqueue";

/** A loop's timers, earliest first. Cancelled ones stay until they come up, or until they are many. */
export class TimerHeap {
  #queue = new TinyQueue<TimerEntry>([], earlier);
  /** How many of the timers in the queue are cancelled. */
  #cancelled = 0;

  push(timer: TimerEntry): void {
    timer.scheduled = true;
    this.#queue.push(timer);
  }

  /** Notes that one of the timers in the heap was cancelled. */
  noteCancelled(): void {
    this.#cancelled++;
    // Swept when they are over half of at least a hundred: as in asyncio, so that a sweep costs O(1) per cancellation.
    if (this.#cancelled > 100 && this.#cancelled > this.#queue.length / 2) {
      const live: TimerEntry[] = [];
      for (const timer of this.#queue.data) {
        if (timer.cancelled()) timer.scheduled = false;
        else live.push(timer);
      }
      this.#queue = new TinyQueue(live, earlier);
      this.#cancelled = 0;
    }
  }

  /** The earliest live timer. */
  peek(): TimerEntry | undefined {
    for (;;) {
      const first = this.#queue.peek();
      if (first === undefined || !first.cancelled()) return first;
      this.pop();
      this.#cancelled--;
    }
  }

  /** Takes out the earliest timer. */
  pop(): TimerEntry | undefined {
    const timer = this.#queue.pop();
    if (timer !== undefined) timer.scheduled = false;
    return timer;
  }

  clear(): void {
    this.#queue = new TinyQueue<TimerEntry>([], earlier);
    this.#cancelled = 0;
  }
}

function earlier(a: TimerEntry, b: TimerEntry): number {
  return a.when() - b.when() || a.sequence - b.sequence;
}
