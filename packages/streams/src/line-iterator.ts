import { type Awaitable, registry } from "@tsyncio/contract";
import { PENDING } from "@tsyncio/tasks";
import type { Inbox } from "./inbox.js";
import { type Decoding, ReadLine } from "./reads.js";

/** The lines of a reader, for `for await` and, in a generator coroutine, `forEach`. */
export class LineIterator<T extends Buffer | string> implements AsyncIterableIterator<T> {
  readonly #inbox: Inbox;
  readonly #decoding: Decoding<IteratorResult<T, undefined>>;

  constructor(inbox: Inbox, decoding: Decoding<T>) {
    this.#inbox = inbox;
    this.#decoding = { isText: decoding.isText, decode: (line) => resultOf(line, decoding) };
  }

  next(): Awaitable<IteratorResult<T, undefined>> {
    const line = new ReadLine(this.#inbox, this.#decoding);
    // `for await` takes a promise in fewer microtasks than one of our awaitables; a generator coroutine takes ours without any.
    if (registry.stepping !== null) return line;
    try {
      const result = line.now();
      return result === PENDING ? line : (Promise.resolve(result) as Awaitable<IteratorResult<T, undefined>>);
    } catch (error) {
      return Promise.reject(error) as unknown as Awaitable<never>;
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function resultOf<T>(line: Buffer, { isText, decode }: Decoding<T>): IteratorResult<T, undefined> {
  const { length } = line;
  if (length === 0) return { done: true, value: undefined };
  if (!isText || line[length - 1] !== 10) return { done: false, value: decode(line) };
  return { done: false, value: decode(line.subarray(0, line[length - 2] === 13 ? -2 : -1)) };
}
