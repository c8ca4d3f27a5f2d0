import { Redis, type RedisOptions } from "ioredis";
import { type ClusterOptions, parseRedis } from "./options.js";

/** A connection that is tried again and again, less often with time, until it is closed. */
export function connect(redis: ClusterOptions["redis"], more: RedisOptions): Connection {
  const { url, options } = parseRedis(redis);
  const all: RedisOptions = {
    retryStrategy: (times) => Math.min(50 * 2 ** times, 2000),
    ...options,
    // What blocks waits for as long as it takes.
    maxRetriesPerRequest: null,
    ...more,
  };
  const client = url === null ? new Connection(all) : new Connection(url, all);
  client.on("error", ({ message }: Error) => {
    // It would go on in another database.
    if (/^ERR (DB index|SELECT)/.test(message)) client.disconnect(true);
  });
  if (all.autoResendUnfulfilledCommands === false) {
    client.on("close", () => {
      // What was under way fails now, instead of by its timeout.
      (client as unknown as Flushable).flushQueue(new Error("Connection is closed."), { offlineQueue: false });
    });
  }
  return client;
}

interface Flushable {
  flushQueue(error: Error, which: { offlineQueue: boolean }): void;
}

/** A connection, and the copies that the engine makes of it. */
export class Connection extends Redis {
  readonly #copies = new Set<Redis>();
  /** What its copies have instead of its own options. */
  ofCopies: Partial<RedisOptions> = {};

  /** One that waits for its next try would be left as it is: whoever awaits its end, as the engine does, would wait for ever. */
  override disconnect(reconnect = false): void {
    if (this.status === "reconnecting" && !reconnect) this.status = "wait";
    super.disconnect(reconnect);
  }

  override duplicate(override?: Partial<RedisOptions>): Redis {
    const copy = new Connection({ ...this.options, ...this.ofCopies, ...override });
    // The engine listens to a copy's errors while it uses it.
    copy.on("error", () => {});
    this.#copies.add(copy);
    return copy;
  }

  /** Closes its copies, of which the engine forgets those that it could not use. */
  closeCopies(): void {
    for (const copy of this.#copies) copy.disconnect();
    this.#copies.clear();
  }

  closeAll(): void {
    this.disconnect();
    this.closeCopies();
  }
}

/** What comes before all events from that time on, which `TIME` told. */
export function lastIdBefore([seconds, microseconds]: readonly (number | string)[]): string {
  const ms = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  return `${ms - 1}-${2n ** 64n - 1n}`;
}

/** Whether it may go well the next time, when there is a connection again. */
export function isDisconnection(error: unknown): boolean {
  const { message = "" } = error as Partial<Error>;
  return /Connection is closed|Command timed out|isn't writeable|ECONNRESET|EPIPE|LOADING/.test(message);
}
