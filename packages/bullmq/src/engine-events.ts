import { QueueEvents, type QueueEventsOptions } from "bullmq";

/** For how long events are let gather, in milliseconds. */
const PACE = 2;

/** How soon Redis is asked again for what it refused, in milliseconds. */
export const AGAIN = 500;

/**
 * The engine's events, which it reads as they come: an answer for each job or two. Where many jobs are waited for, each answer is for several of
 * them, which saves a fifth of the submitter's work or more, and some of Redis's; what waits is late by the pace at most.
 *
 * The engine stops listening at what is no mere loss of the connection. Here it goes on, from the last event that was told.
 */
export class EngineEvents extends QueueEvents {
  readonly #areMany: () => boolean;

  /** @param areMany - whether many jobs are waited for now */
  constructor(queue: string, options: QueueEventsOptions, areMany: () => boolean = () => false) {
    super(queue, { ...options, autorun: false });
    this.#areMany = areMany;
    void this.#listen();
  }

  /** What listeners of the engine's events call first. */
  told(id: string): void {
    (this.opts as QueueEventsOptions).lastEventId = id;
  }

  async #listen(): Promise<void> {
    while (!this.closing) {
      try {
        await this.run();
      } catch (error) {
        this.emit("error", error as Error);
        await pause(AGAIN);
      }
    }
  }

  /** What the engine does each of its reads in. */
  protected override async checkConnectionError<T>(read: () => Promise<T>, delay?: number): Promise<T | undefined> {
    if (this.#areMany()) await pause(PACE);
    if (this.closing) return undefined;
    return super.checkConnectionError(read, delay);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
