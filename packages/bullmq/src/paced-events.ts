import { QueueEvents, type QueueEventsOptions } from "bullmq";

/** For how long events are let gather, in milliseconds. */
const PACE = 2;

/**
 * The engine's events, which it reads as they come: an answer for each job or two. Where many jobs are waited for, each answer is for several of
 * them, which saves a fifth of the submitter's work or more, and some of Redis's; what waits is late by the pace at most.
 */
export class PacedEvents extends QueueEvents {
  readonly #areMany: () => boolean;

  /** @param areMany - whether many jobs are waited for now */
  constructor(queue: string, options: QueueEventsOptions, areMany: () => boolean) {
    super(queue, { ...options, autorun: false });
    this.#areMany = areMany;
    this.run().catch((error: Error) => this.emit("error", error));
  }

  /** What the engine does each of its reads in. */
  protected override async checkConnectionError<T>(read: () => Promise<T>, delay?: number): Promise<T | undefined> {
    if (this.#areMany()) await new Promise((resolve) => setTimeout(resolve, PACE));
    if (this.closing) return undefined;
    return super.checkConnectionError(read, delay);
  }
}
