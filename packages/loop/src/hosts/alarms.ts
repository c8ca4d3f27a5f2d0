import type { IdleLoop } from "@tsyncio/contract";

/** The longest time that a host timer takes, in milliseconds; a longer one would fire at once. */
export const LONGEST: number = 2 ** 31 - 1;

/** `seconds` as the milliseconds of a host timer. Rounded up: one that fires too early would have to be set again. */
export function hostDelay(seconds: number): number {
  return Math.min(Math.max(Math.ceil(seconds * 1000), 0), LONGEST);
}

interface Alarm {
  deadline: number;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * The alarms of a host's loops: one timer at most for each. A loop that wakes early leaves its alarm, which is right again
 * when the loop parks with the same deadline: setting timers is dear.
 */
export class Alarms {
  readonly #now: () => number;
  readonly #alarms = new Map<IdleLoop, Alarm>();

  /** @param now - the host's clock, in seconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  set(loop: IdleLoop, deadline: number): void {
    const alarm = this.#alarms.get(loop);
    if (alarm !== undefined) {
      if (alarm.deadline === deadline) return;
      clearTimeout(alarm.timer);
    }
    const ring = () => {
      this.#alarms.delete(loop);
      loop.wake();
    };
    this.#alarms.set(loop, { deadline, timer: setTimeout(ring, hostDelay(deadline - this.#now())) });
  }

  clear(loop: IdleLoop): void {
    const alarm = this.#alarms.get(loop);
    if (alarm === undefined) return;
    clearTimeout(alarm.timer);
    this.#alarms.delete(loop);
  }
}
