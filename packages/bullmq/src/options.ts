import { checkOptionNames, type Delay, describe, type OptionNames, parseDelay, ValueError } from "@tsyncio/contract";
import type { CancelOptions } from "@tsyncio/executors";
import type { BackoffOptions, JobsOptions as EngineOptions } from "bullmq";
import type { RedisOptions } from "ioredis";

/** Where the cluster's Redis is, and under which names its jobs lie there. */
export interface ClusterOptions {
  /** Its URL, such as `"redis://queue.internal:6379"`, or options of ioredis. Left out: `"redis://127.0.0.1:6379"`. */
  redis?: string | RedisOptions | undefined;
  /** The name of the queue. Left out: `"tsyncio"`. */
  queue?: string | undefined;
  /** What all keys begin with. Left out: BullMQ's own, `"bull"`. */
  prefix?: string | undefined;
}

export const CLUSTER_OPTIONS: OptionNames<ClusterOptions> = { redis: true, queue: true, prefix: true };

/** Where jobs lie. */
export type Place = Omit<ClusterOptions, "queue"> & { readonly queue: string };

/** How the engine goes about a job. */
export interface ClusterJobOptions extends CancelOptions {
  /** How often it is tried until it succeeds. Left out: once. */
  attempts?: number | undefined;
  /**
   * How long a failed attempt waits for the next one: a delay, or one that doubles each time (`"exponential"`), with `jitter` (0 to 1) the part of
   * it that is left to chance. Left out: not at all.
   */
  backoff?: Delay | { type: "fixed" | "exponential"; delay: Delay; jitter?: number | undefined } | undefined;
  /** 1 to 2,097,151: jobs of smaller numbers go first, those without before all of them. */
  priority?: number | undefined;
  /** How long it waits before it may begin. */
  delay?: Delay | undefined;
  /** Makes it the same job however often it is submitted, by whomever: what was submitted first is run, and all get its result. */
  jobId?: string | undefined;
  /** How long its result or error stays in Redis. Left out: `"1h"`. */
  keep?: Delay | undefined;
}

/** Those of any number of jobs. */
export const JOBS_OPTIONS: OptionNames<Omit<ClusterJobOptions, "jobId">> = {
  attempts: true,
  backoff: true,
  priority: true,
  delay: true,
  keep: true,
  onCancel: true,
  grace: true,
};
export const JOB_OPTIONS: OptionNames<ClusterJobOptions> = { ...JOBS_OPTIONS, jobId: true };

/** @throws `TypeError` or `ValueError`, which name the option and its value. */
export function checkCluster(options: ClusterOptions): Place {
  const { queue = "tsyncio", prefix } = options;
  checkName("queue", queue);
  if (prefix !== undefined) checkName("prefix", prefix);
  return { ...options, queue };
}

/** The address as ioredis takes it, and as people are told it. */
export function parseRedis(redis: ClusterOptions["redis"] = "redis://127.0.0.1:6379"): {
  readonly url: string | null;
  readonly options: RedisOptions;
  readonly shown: string;
} {
  if (typeof redis === "string") {
    const url = URL.canParse(redis) ? new URL(redis) : null;
    if (url === null || !/^rediss?:$/.test(url.protocol)) {
      throw new ValueError(`redis must be a URL such as "redis://127.0.0.1:6379", got ${describe(redis)}`);
    }
    if (url.password !== "") url.password = "***";
    return { url: redis, options: {}, shown: url.href };
  }
  if (typeof redis !== "object" || redis === null || "status" in redis) {
    throw new TypeError(`redis must be a URL or options of ioredis, got ${describe(redis)}`);
  }
  const { host = "127.0.0.1", port = 6379, path } = redis;
  return { url: null, options: redis, shown: path ?? `redis://${host}:${port}` };
}

/** What the engine takes for a job, but for its id. */
export function engineOptions(options: ClusterJobOptions): EngineOptions {
  const { attempts = 1, backoff, priority, delay, keep = "1h" } = options;
  checkWhole("attempts", attempts, 1, Number.MAX_SAFE_INTEGER);
  if (priority !== undefined) checkWhole("priority", priority, 1, 2 ** 21 - 1);
  const age = Math.ceil(milliseconds(keep, "keep") / 1000);
  return {
    attempts,
    removeOnComplete: { age },
    removeOnFail: { age },
    ...(backoff === undefined ? {} : { backoff: engineBackoff(backoff) }),
    ...(priority === undefined ? {} : { priority }),
    ...(delay === undefined ? {} : { delay: milliseconds(delay, "delay") }),
  };
}

function engineBackoff(backoff: NonNullable<ClusterJobOptions["backoff"]>): BackoffOptions {
  if (typeof backoff !== "object" || backoff === null)
    return { type: "fixed", delay: milliseconds(backoff, "backoff") };
  const { type, delay, jitter } = checkOptionNames("backoff", backoff, { type: true, delay: true, jitter: true });
  if (type !== "fixed" && type !== "exponential") {
    throw new ValueError(`backoff.type must be "fixed" or "exponential", got ${describe(type)}`);
  }
  if (jitter !== undefined && !(jitter >= 0 && jitter <= 1)) {
    throw new ValueError(`backoff.jitter must be a number from 0 to 1, got ${describe(jitter)}`);
  }
  return { type, delay: milliseconds(delay, "backoff.delay"), ...(jitter === undefined ? {} : { jitter }) };
}

/** @throws for ids that the engine does not take. */
export function checkJobId(id: unknown): asserts id is string {
  checkName("jobId", id);
  if (/^\d+$/.test(id))
    throw new ValueError(`jobId must not be a number, which the engine counts its own by: ${describe(id)}`);
}

/** @throws `ValueError` for what no clock can wait for. */
export function milliseconds(delay: Delay, name: string): number {
  const seconds = parseDelay(delay, name);
  if (Number.isFinite(seconds) && seconds >= 0) return Math.round(seconds * 1000);
  throw new ValueError(`${name} must not be negative or infinite, got ${describe(delay)}`);
}

export function checkWhole(name: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  throw new (typeof value === "number" ? ValueError : TypeError)(
    `${name} must be a whole number ${range}, got ${describe(value)}`,
  );
}

/** Keys of Redis are made of it, with colons between. */
function checkName(name: string, value: unknown): asserts value is string {
  if (typeof value !== "string") throw new TypeError(`${name} must be a string, got ${describe(value)}`);
  if (value === "" || value.includes(":")) {
    throw new ValueError(`${name} must not be empty and have no colon in it, got ${describe(value)}`);
  }
}
