import { describe } from "@tsyncio/contract";
import { Queue, QueueEventsProducer } from "bullmq";
import type { RedisOptions } from "ioredis";
import { type Connection, connect, lastIdBefore } from "./connection.js";
import { EngineEvents } from "./engine-events.js";
import { controlQueue } from "./job-data.js";
import { type Place, parseRedis } from "./options.js";

/** What the engine tells of jobs, in the order in which it happened. */
export const EVENTS = [
  "added",
  "waiting",
  "delayed",
  "active",
  "stalled",
  "progress",
  "completed",
  "failed",
  "removed",
] as const;

/** One of them. */
export interface JobEvent {
  readonly event: (typeof EVENTS)[number];
  readonly jobId: string;
  readonly at: Date;
  /** Of `progress`. */
  readonly data?: unknown;
  /** Of `completed`. */
  readonly returnvalue?: unknown;
  /** Of `failed`. */
  readonly failedReason?: string;
}

/** Who is told of what happens on a link. */
export interface LinkListener {
  /** The link is there, for the first time or again: what happened meanwhile may have gone untold. */
  linked(): void;
  /** It has gone. */
  unlinked(): void;
  happened(event: JobEvent): void;
  /** Whether many jobs are waited for: that one of them is told at once matters less than the work for all. */
  areMany(): boolean;
}

/**
 * CONNECTING ──a first answer──▶ READY ◀──▶ AWAY; each ──close──▶ CLOSED
 */
const CONNECTING = 0;
const READY = 1;
const AWAY = 2;
const CLOSED = 3;

/** The engine's parts. One that could not begin never does: then all are made anew. */
interface Parts {
  readonly queue: Queue;
  readonly control: QueueEventsProducer;
  readonly events: EngineEvents;
}

/** How the engine listens, on a copy of the connection that it is given: for as long as it takes. */
const PATIENT: RedisOptions = {
  enableOfflineQueue: true,
  autoResendUnfulfilledCommands: true,
  commandTimeout: undefined,
};

/**
 * An executor's two connections to Redis: one for commands, which fail at once while it is away, and one that listens to the engine's events from
 * before the first command on.
 */
export class Link {
  readonly #options: Place;
  readonly #listener: LinkListener;
  readonly #commands: Connection;
  #state = CONNECTING;
  #parts: Parts | null = null;
  #problem: Error | null = null;

  constructor(options: Place, connectTimeout: number, listener: LinkListener) {
    this.#options = options;
    this.#listener = listener;
    // A command that waited for the connection could come after its job was given up.
    const impatient = { enableOfflineQueue: false, autoResendUnfulfilledCommands: false, commandTimeout: 30_000 };
    this.#commands = this.#watched(connect(options.redis, { connectTimeout, ...impatient }));
    this.#commands.ofCopies = PATIENT;
    this.#commands.on("ready", () => void this.#connected());
    this.#commands.on("close", () => {
      if (this.#state !== READY) return;
      this.#state = AWAY;
      this.#listener.unlinked();
    });
  }

  get ready(): boolean {
    return this.#state === READY;
  }

  /** The engine's queue. Only while the link is ready. */
  get queue(): Queue {
    return (this.#parts as Parts).queue;
  }

  /** Says a word to all workers. */
  async tellWorkers(eventName: string, word: Record<string, string>, keep: number): Promise<void> {
    await this.#parts?.control.publishEvent({ eventName, ...word }, keep);
  }

  /** Why there is no connection, for an error. */
  get problem(): { readonly message: string; readonly cause: Error | null } {
    const { shown } = parseRedis(this.#options.redis);
    const cause = this.#problem;
    return { message: `${shown}: ${cause === null ? "no answer" : reasonOf(cause)}`, cause };
  }

  /** Does not answer: it is connected anew. */
  reconnect(): void {
    this.#commands.disconnect(true);
  }

  async close(): Promise<void> {
    this.#state = CLOSED;
    this.#commands.disconnect();
    await this.#closeParts();
  }

  async #connected(): Promise<void> {
    try {
      if (this.#state === CONNECTING) await this.#open();
    } catch (error) {
      this.#failed(error as Error);
      // A connection that is lost comes back by itself; what else is wrong may be right the next time.
      await this.#closeParts();
      if (this.#state === CONNECTING) setTimeout(() => this.#commands.disconnect(true), 200).unref();
      return;
    }
    if (this.#state === CLOSED || this.#commands.status !== "ready") return;
    this.#state = READY;
    this.#problem = null;
    this.#listener.linked();
  }

  async #open(): Promise<void> {
    const { queue, prefix } = this.#options;
    const commands = { connection: this.#commands, ...(prefix !== undefined && { prefix }) };
    const time = await this.#commands.time();
    if (this.#state === CLOSED) return;
    // "From now on" would be from when Redis gets to it: a job that is sent meanwhile may have ended.
    const listening = { ...commands, lastEventId: lastIdBefore(time) };
    this.#parts = {
      queue: this.#watched(new Queue(queue, commands)),
      control: this.#watched(new QueueEventsProducer(controlQueue(queue), commands)),
      events: this.#listen(this.#watched(new EngineEvents(queue, listening, () => this.#listener.areMany()))),
    };
    await Promise.all(Object.values(this.#parts).map((part) => part.waitUntilReady()));
  }

  async #closeParts(): Promise<void> {
    const parts = Object.values(this.#parts ?? {});
    this.#parts = null;
    this.#commands.closeCopies();
    // What was under way fails, and nobody waits for it.
    await Promise.allSettled(parts.map((part) => part.close()));
  }

  /** What says no more than that the connection is gone is not the reason. */
  #failed(error: Error): void {
    if (!/isn't writeable|Connection is closed/.test(error.message)) this.#problem = error;
  }

  #watched<P extends { on(event: "error", listener: (error: Error) => void): unknown }>(part: P): P {
    part.on("error", (error) => this.#failed(error));
    return part;
  }

  #listen(events: EngineEvents): EngineEvents {
    for (const event of EVENTS) {
      events.on(event, (told: { jobId: string }, id: string) => {
        events.told(id);
        if (this.#state !== CLOSED) this.#listener.happened({ ...told, event, at: new Date(Number.parseInt(id, 10)) });
      });
    }
    return events;
  }
}

function reasonOf(error: Error): string {
  // Several addresses were tried.
  const inner = (error as Partial<AggregateError>).errors?.[0] as Error | undefined;
  return error.message || inner?.message || describe(error);
}
