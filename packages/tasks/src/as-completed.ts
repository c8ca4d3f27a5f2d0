import {
  type CoroutineGenerator,
  checkOptionNames,
  type Delay,
  describe,
  type Joinable,
  type LoopContract,
  loopForNew,
  parseDelay,
  type ResultOf,
  TimeoutError,
} from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import type { Coroutine } from "./coroutine.js";
import { coroutine } from "./coroutine-function.js";
import { ensureEach } from "./ensure-future.js";
import { WhenDone } from "./when-done.js";

/** What {@link asCompleted} gives: coroutines of the next result, or, as an async iterable, who is done next. */
export interface AsCompleted<T> {
  [Symbol.iterator](): Iterator<Coroutine<T>, undefined, unknown>;
  [Symbol.asyncIterator](): AsyncIterator<{ task: Future<T> }, undefined, unknown>;
}

/**
 * Those that are given, in the order in which they end (`asyncio.as_completed`): `for (const next of asCompleted(list)) await next`
 * gives results, `for await (const { task } of asCompleted(list))` says whose it is. Cancels nothing.
 * @throws `TimeoutError`, from the wait, when not all are done by `timeout`.
 */
export function asCompleted<S extends Joinable<unknown>>(
  sources: Iterable<S>,
  options: { timeout?: Delay | null | undefined } = {},
): AsCompleted<ResultOf<S>> {
  if (typeof (sources as Partial<Iterable<S>> | null)?.[Symbol.iterator] !== "function" || "then" in sources) {
    throw new TypeError(`asCompleted() takes a list of awaitables, got ${describe(sources)}`);
  }
  const { timeout = null } = checkOptionNames("asCompleted()", options, { timeout: true });
  return new Completions(sources, timeout === null ? null : parseDelay(timeout, "timeout")) as AsCompleted<ResultOf<S>>;
}

/** Ends of futures, first come, first served. `null` stands for one that was not done by the timeout. */
class Completions implements AsCompleted<unknown> {
  readonly #done: (Future<unknown> | null)[] = [];
  /** Who waits for the next entry of `#done`. */
  readonly #getters: Future<void>[] = [];
  /** Who is not done, and its watch: `null` while {@link #resting}. */
  readonly #todo = new Map<Future<unknown>, WhenDone<Future<unknown>> | null>();
  /** Whether the iteration was left. */
  #resting = true;
  /** How many have not been asked for. */
  #left: number;
  readonly #loop: LoopContract;
  readonly #deadline: number | null;
  #timer: { cancel(): void } | null = null;

  constructor(sources: Iterable<Joinable<unknown>>, timeout: number | null) {
    const futures = ensureEach(sources);
    for (const future of futures) this.#todo.set(future, null);
    this.#left = this.#todo.size;
    this.#loop = futures[0]?.getLoop() ?? loopForNew();
    this.#deadline = timeout === null ? null : this.#loop.time() + timeout;
    this.#watch();
  }

  [Symbol.iterator](): Iterator<Coroutine<unknown>, undefined, unknown> {
    return {
      next: () => {
        if (!this.#take()) return { done: true, value: undefined };
        return { done: false, value: this.#nextResult() };
      },
    };
  }

  [Symbol.asyncIterator](): AsyncIterator<{ task: Future<unknown> }, undefined, unknown> {
    return {
      next: () => (this.#take() ? this.#nextTask() : END()),
      return: () => {
        this.#rest();
        return END();
      },
    };
  }

  #watch(): void {
    if (!this.#resting) return;
    this.#resting = false;
    for (const future of this.#todo.keys()) {
      const completed = (f: Future<unknown>) => this.#completed(f);
      this.#todo.set(future, new WhenDone(future.getLoop(), future, completed, "asCompleted()"));
    }
    if (this.#deadline === null || this.#todo.size === 0) return;
    this.#timer = this.#loop.enqueueAt(this.#deadline, { run: () => this.#timedOut() });
  }

  /** Watches nobody until someone goes on: an iteration that was left holds nothing. */
  #rest(): void {
    if (this.#getters.length > 0) return;
    this.#resting = true;
    this.#timer?.cancel();
    for (const [future, watch] of this.#todo) {
      watch?.remove();
      this.#todo.set(future, null);
    }
  }

  #take(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }

  readonly #next = coroutine(function* (this: Completions) {
    this.#watch();
    while (this.#done.length === 0) yield* this.#wakeUp();
    const future = this.#done.shift() as Future<unknown> | null;
    if (future === null) throw new TimeoutError();
    return { future };
  });

  readonly #nextResult = coroutine(function* asCompleted(this: Completions) {
    return (yield* this.#next()).future.result();
  });

  readonly #nextTask = coroutine(function* asCompleted(this: Completions) {
    const { future } = yield* this.#next();
    return { done: false as const, value: { task: future } };
  });

  /** Waits for an entry. Who is cancelled after it was woken passes the wake-up on. */
  *#wakeUp(): CoroutineGenerator<void> {
    const getter = new Future<void>();
    this.#getters.push(getter);
    try {
      yield* getter;
    } catch (error) {
      getter.cancel();
      const index = this.#getters.indexOf(getter);
      if (index >= 0) this.#getters.splice(index, 1);
      if (this.#done.length > 0 && !getter.cancelled()) this.#wakeNext();
      throw error;
    }
  }

  #put(future: Future<unknown> | null): void {
    this.#done.push(future);
    this.#wakeNext();
  }

  #wakeNext(): void {
    for (let getter = this.#getters.shift(); getter !== undefined; getter = this.#getters.shift()) {
      if (getter.done()) continue;
      getter.setResult();
      return;
    }
  }

  #completed(future: Future<unknown>): void {
    if (!this.#todo.delete(future)) return;
    this.#put(future);
    if (this.#todo.size === 0) this.#timer?.cancel();
  }

  #timedOut(): void {
    for (const watch of this.#todo.values()) {
      watch?.remove();
      this.#put(null);
    }
    this.#todo.clear();
  }
}

const END = coroutine(function* end() {
  return { done: true as const, value: undefined };
});
