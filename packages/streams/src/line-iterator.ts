import { type Awaitable, registry } from "@tsyncio/contract";
import { soonest } from "@tsyncio/tasks";
import type { Inbox } from "./inbox.js";
import { type Decoding, ReadLine } from "./reads.js";

/** The lines of a reader, for `for await` and, in a generator coroutine, `forEach`. */
export class LineIterator<T extends Buffer | string> implements AsyncIterableIterator<T> {
  readonly #inbox: Inbox;
  readonly #decoding: Decoding<IteratorResult<T, undefined>>;

  constructor(inbox: Inbox, decoding: Decoding<T>) {
    this.#inbox = inbox;
    this.#decoding = { isText: decoding.isText, decode: cutLine(decoding) };
  }

  next(): Awaitable<IteratorResult<T, undefined>> {
    const inbox = this.#inbox;
    // `for await` takes a promise in fewer microtasks than one of our awaitables; a generator coroutine takes ours without any.
    if (registry.stepping === null && inbox.error === null) {
      const line = inbox.takeLine(this.#decoding.decode);
      if (line !== null) return Promise.resolve(line) as Awaitable<IteratorResult<T, undefined>>;
    }
    return soonest(new ReadLine(inbox, this.#decoding));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/**
 * Makes the result of an iterator of a line. Nothing, where one was asked for, is the end. The value stands first, as in the platform's own results:
 * `for await` over them takes a tenth less.
 */
function cutLine<T>({ isText, decode }: Decoding<T>): Decoding<IteratorResult<T, undefined>>["decode"] {
  return (chunk, start, end) => {
    if (start === end) return { value: undefined, done: true };
    if (!isText || chunk[end - 1] !== 10) return { value: decode(chunk, start, end), done: false };
    const withoutEnd = end - 1 > start && chunk[end - 2] === 13 ? end - 2 : end - 1;
    return { value: decode(chunk, start, withoutEnd), done: false };
  };
}
