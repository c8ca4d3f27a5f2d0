import type { Host, UnreadFailure } from "@tsyncio/contract";

/** Failed futures and tasks that nobody has read yet: reported once, when their time is up or their loop or process ends. */
export class UnreadFailures {
  readonly #host: Host;
  readonly #grace: number;
  #waiting: { failure: UnreadFailure; since: number }[] = [];
  #stop: (() => void) | null = null;

  /** @param grace - how long an error may stay unread, in seconds */
  constructor(host: Host, grace: number) {
    this.#host = host;
    this.#grace = grace;
  }

  add(failure: UnreadFailure): void {
    this.#waiting.push({ failure, since: performance.now() });
    if (this.#stop === null) this.#watch(this.#grace);
  }

  /** Reports all that are still unread. */
  flush(): void {
    this.#stop?.();
    this.#stop = null;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { failure } of waiting) if (!failure.isRead()) failure.report();
  }

  #watch(seconds: number): void {
    const stopTimer = this.#host.afterRealTime(seconds, () => this.#sweep());
    const stopEnd = this.#host.beforeEnd(() => this.flush());
    this.#stop = () => {
      stopTimer();
      stopEnd();
    };
  }

  #sweep(): void {
    this.#stop?.();
    this.#stop = null;
    const due = performance.now() - this.#grace * 1000 + 1;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ failure, since }) => since > due && !failure.isRead());
    for (const { failure, since } of waiting) if (since <= due && !failure.isRead()) failure.report();
    const next = this.#waiting[0];
    if (next !== undefined && this.#stop === null) this.#watch((next.since - due + 1) / 1000);
  }
}
