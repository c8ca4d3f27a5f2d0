import type { Awaitable, CoroutineGenerator } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { coroutine } from "@tsyncio/tasks";

/**
 * What a job reports while it runs, one after the other: for `for await`, and `forEach` in generator coroutines. It ends with the job, whose
 * error is for who awaits the job. When several iterate, each report goes to one of them.
 */
export interface Reports<P> extends AsyncIterable<P> {
  [Symbol.asyncIterator](): { next(): Awaitable<IteratorResult<P, undefined>> };
}

/** Where the reports of a job go. */
export interface ReportSink<P> {
  /** A report has come. */
  put(value: P): void;
  /** No more will come. */
  end(): void;
}

/** The reports of one job, for who iterates them. */
export class ReportChannel<P> implements Reports<P>, ReportSink<P> {
  readonly #waiting: P[] = [];
  readonly #getters = new Set<Future<void>>();
  #ended = false;

  [Symbol.asyncIterator](): { next(): Awaitable<IteratorResult<P, undefined>> } {
    return { next: () => this.#next() };
  }

  put(value: P): void {
    this.#waiting.push(value);
    this.#wakeAll();
  }

  end(): void {
    this.#ended = true;
    this.#wakeAll();
  }

  /** A report is taken after the wait, in one step with its end: who is cancelled before has taken none. */
  readonly #next = coroutine(function* reports(
    this: ReportChannel<P>,
  ): CoroutineGenerator<IteratorResult<P, undefined>> {
    for (;;) {
      if (this.#waiting.length > 0) return { done: false, value: this.#waiting.shift() as P };
      if (this.#ended) return { done: true, value: undefined };
      const getter = new Future<void>();
      this.#getters.add(getter);
      try {
        yield* getter;
      } finally {
        this.#getters.delete(getter);
      }
    }
  });

  #wakeAll(): void {
    for (const getter of this.#getters) if (!getter.done()) getter.setResult();
    this.#getters.clear();
  }
}
