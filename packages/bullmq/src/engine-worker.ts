import { type Job, Worker } from "bullmq";
import { AGAIN, pause } from "./engine-events.js";

/**
 * The engine's worker. Where Redis refuses it the next job (a replica that is read only, memory that is full, a right that is missing), the engine asks
 * again at once: thousands of times a second, with an error event each. Here it waits before.
 */
export class EngineWorker extends Worker {
  protected override async moveToActive(token: string, name?: string): Promise<Job> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      if (!this.closing) await pause(AGAIN);
      throw error;
    }
  }
}
