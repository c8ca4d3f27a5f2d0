import { Redis, type RedisOptions } from "ioredis";
import { type ClusterOptions, parseRedis } from "./options.js";

/** A connection that is tried again and again, less often with time, until it is closed. */
export function connect(redis: ClusterOptions["redis"], more: RedisOptions): Redis {
  const { url, options } = parseRedis(redis);
  const all: RedisOptions = {
    retryStrategy: (times) => Math.min(50 * 2 ** times, 2000),
    ...options,
    // What blocks waits for as long as it takes.
    maxRetriesPerRequest: null,
    ...more,
  };
  return url === null ? new Redis(all) : new Redis(url, all);
}

/** What comes before all events from that time on, which `TIME` told. */
export function lastIdBefore([seconds, microseconds]: readonly (number | string)[]): string {
  const ms = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  return `${ms - 1}-${2n ** 64n - 1n}`;
}
