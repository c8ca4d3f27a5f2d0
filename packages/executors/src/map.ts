import {
  type Awaitable,
  type CoroutineGenerator,
  checkOptionNames,
  type Delay,
  describe,
  loopForNew,
  parseDelay,
  TimeoutError,
  ValueError,
} from "@tsyncio/contract";
import { coroutine } from "@tsyncio/tasks";
import type { Job } from "./job.js";

/** How `map` goes about it. */
export interface MapOptions {
  /** How long after the call all results must be there; left out: no limit. */
  timeout?: Delay | null | undefined;
  /** How many items go to a worker at a time; left out: 1. More of them pay where an item is a matter of microseconds. */
  chunksize?: number | undefined;
}

/** The results of a `map`, in the order of the items. */
export interface Results<T> extends AsyncIterable<T> {
  [Symbol.asyncIterator](): {
    next(): Awaitable<IteratorResult<T, undefined>>;
    return(): Awaitable<IteratorResult<T, undefined>>;
  };
}

/** Submits a call, or a chunk of them. */
export type Submit = (args: unknown[], isChunk: boolean) => Job<unknown>;

export function mapCalls(submit: Submit, rest: readonly unknown[]): Results<unknown> {
  const last = rest.at(-1);
  const hasOptions = last === undefined || (isObject(last) && !isIterable(last));
  const options = hasOptions ? ((last ?? {}) as MapOptions) : {};
  const sources = hasOptions ? rest.slice(0, -1) : rest;
  if (sources.length === 0) throw new TypeError(`map() takes a function and one iterable or more`);
  for (const source of sources) {
    if (!isIterable(source)) throw new TypeError(`map() takes iterables, got ${describe(source)}`);
  }
  const { timeout = null, chunksize = 1 } = checkOptionNames("map()", options, { timeout: true, chunksize: true });
  if (!Number.isInteger(chunksize) || chunksize < 1) throw new ValueError("chunksize must be >= 1.");
  const loop = loopForNew();
  const deadline = timeout === null ? null : loop.time() + parseDelay(timeout, "timeout");
  return new JobResults(submitAll(submit, sources as Iterable<unknown>[], chunksize), chunksize > 1, deadline);
}

function submitAll(submit: Submit, sources: Iterable<unknown>[], chunksize: number): Job<unknown>[] {
  const jobs: Job<unknown>[] = [];
  try {
    let chunk: unknown[][] = [];
    for (const args of zip(sources)) {
      if (chunksize === 1) jobs.push(submit(args, false));
      else if (chunk.push(args) === chunksize) {
        jobs.push(submit(chunk, true));
        chunk = [];
      }
    }
    if (chunk.length > 0) jobs.push(submit(chunk, true));
    return jobs;
  } catch (error) {
    for (const job of jobs) job.cancel();
    throw error;
  }
}

function* zip(sources: Iterable<unknown>[]): Generator<unknown[]> {
  const iterators: Iterator<unknown>[] = [];
  try {
    for (const source of sources) iterators.push(source[Symbol.iterator]());
    for (;;) {
      const items: unknown[] = [];
      for (const iterator of iterators) {
        const { done, value } = iterator.next();
        if (done) return;
        items.push(value);
      }
      yield items;
    }
  } finally {
    for (const iterator of iterators) iterator.return?.();
  }
}

class JobResults implements Results<unknown> {
  readonly #jobs: Job<unknown>[];
  readonly #areChunks: boolean;
  readonly #deadline: number | null;
  /** Results of a chunk that have not been taken. */
  #ready: unknown[] = [];

  constructor(jobs: Job<unknown>[], areChunks: boolean, deadline: number | null) {
    // The next one is at the end.
    this.#jobs = jobs.reverse();
    this.#areChunks = areChunks;
    this.#deadline = deadline;
  }

  [Symbol.asyncIterator](): ReturnType<Results<unknown>[typeof Symbol.asyncIterator]> {
    // The first error is the iteration's; those of others, it may never come to.
    for (const job of this.#jobs) job.addDoneCallback(() => job.cancelled() || job.exception());
    return { next: () => this.#next(), return: () => this.#return() };
  }

  readonly #next = coroutine(function* map(this: JobResults): CoroutineGenerator<IteratorResult<unknown, undefined>> {
    if (this.#ready.length > 0) return { done: false, value: this.#ready.shift() };
    const job = this.#jobs.at(-1);
    if (job === undefined) return { done: true, value: undefined };
    try {
      const value = yield* this.#inTime(job);
      this.#jobs.pop();
      if (!this.#areChunks) return { done: false, value };
      const [first, ...others] = value as unknown[];
      this.#ready = others;
      return { done: false, value: first };
    } catch (error) {
      this.#cancel();
      throw error;
    }
  });

  readonly #return = coroutine(function* map(this: JobResults): CoroutineGenerator<IteratorResult<unknown, undefined>> {
    this.#cancel();
    return { done: true, value: undefined };
  });

  /** The result of `job`, or a `TimeoutError` at the deadline. */
  *#inTime(job: Job<unknown>): CoroutineGenerator<unknown> {
    if (this.#deadline === null || job.done()) return yield* job;
    let isLate = false;
    const alarm = job.getLoop().callAt(this.#deadline, () => {
      isLate = job.cancel();
    });
    try {
      return yield* job;
    } catch (error) {
      throw isLate ? new TimeoutError() : error;
    } finally {
      alarm.cancel();
    }
  }

  #cancel(): void {
    for (const job of this.#jobs.splice(0)) job.cancel();
    this.#ready = [];
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isIterable(value: unknown): boolean {
  return typeof value === "string" || (isObject(value) && Symbol.iterator in value && !("then" in value));
}
