import {
  checkOptionNames,
  describe,
  type LoopContract,
  loopForNew,
  type OptionNames,
  RuntimeError,
  type StartableCoroutine,
  ValueError,
} from "@tsyncio/contract";
import { soonest } from "@tsyncio/tasks";
import { asBuffer } from "./bytes.js";
import { Inbox, type Pausable } from "./inbox.js";
import { LineIterator } from "./line-iterator.js";
import { type Decoding, ReadAll, ReadExactly, ReadLine, ReadSome, ReadUntil } from "./reads.js";

/** How long a line may be where nothing is said: 64 KiB. */
export const DEFAULT_LIMIT: number = 2 ** 16;

/** How a reader is made. */
export interface StreamReaderOptions {
  /** The longest line or record, in bytes; twice as much is buffered before the peer is stopped. Default 64 KiB. */
  limit?: number | undefined;
  /** `"utf8"`: what is read is text. Left out: bytes. */
  encoding?: "utf8" | null | undefined;
  /** The loop that wakes who waits. Left out: the running one. */
  loop?: LoopContract | undefined;
}

const OPTIONS: OptionNames<StreamReaderOptions> = { limit: true, encoding: true, loop: true };

/**
 * What a connection receives, to be read by coroutines (`asyncio.StreamReader`). One may read at a time.
 *
 * A cancelled read has taken nothing, but for `read(-1)`. What is given may be a view of the chunk that it came in: who keeps small pieces of much
 * data copies them.
 */
export class StreamReader<T extends Buffer | string = Buffer> implements AsyncIterable<T> {
  readonly #inbox: Inbox;
  readonly #decoding: Decoding<T>;

  constructor(options: StreamReaderOptions = {}) {
    const { limit = DEFAULT_LIMIT, encoding = null } = checkOptionNames("StreamReader()", options, OPTIONS);
    if (typeof limit !== "number" || Number.isNaN(limit)) {
      throw new TypeError(`limit must be a number of bytes, got ${describe(limit)}`);
    }
    if (limit <= 0) throw new ValueError("Limit cannot be <= 0");
    if (encoding !== null && encoding !== "utf8") {
      throw new ValueError(`encoding must be "utf8" or null, got ${describe(encoding)}`);
    }
    this.#inbox = new Inbox(options.loop ?? loopForNew(), limit);
    this.#decoding = (encoding === null ? BYTES : TEXT) as Decoding<unknown> as Decoding<T>;
  }

  /** What the connection was lost with, or was set by {@link setException}; `null` while there is nothing. */
  exception(): unknown {
    return this.#inbox.error;
  }

  /** Has this and every later read throw `error`. */
  setException(error: unknown): void {
    this.#inbox.fail(error);
  }

  /** Names the transport, which is paused while too much is unread. */
  setTransport(transport: Pausable): void {
    if (this.#inbox.transport !== null) throw new RuntimeError("Transport already set");
    this.#inbox.transport = transport;
  }

  /** @internal Goes on over another transport. */
  replaceTransport(transport: Pausable): void {
    this.#inbox.replaceTransport(transport);
  }

  /** @internal Removes what was not read. */
  takeAll(): Buffer {
    const bytes = this.#inbox.bytes.take(this.#inbox.bytes.size);
    this.#inbox.taken();
    return bytes;
  }

  /** Says that nothing more will come. */
  feedEof(): void {
    this.#inbox.end();
  }

  /** Whether everything was read, and nothing more will come. */
  atEof(): boolean {
    return this.#inbox.eof && this.#inbox.bytes.size === 0;
  }

  /** Adds what has arrived. */
  feedData(data: Uint8Array): void {
    if (this.#inbox.eof) throw new RuntimeError("feedData after feedEof");
    this.#inbox.feed(asBuffer(data));
  }

  /**
   * Reads up to a line feed, and gives the line with it; what is left, when the end comes first; nothing at the end.
   * @throws `ValueError` when the line is longer than the limit: the line is thrown away, or, while its end is not there, what has come of it.
   */
  readline(): StartableCoroutine<T> {
    return soonest(new ReadLine(this.#inbox, this.#decoding));
  }

  /**
   * Reads up to the first of `separator`, and gives that with it. Of several separators the one counts that ends first.
   * @throws `IncompleteReadError` when the end comes first, with what there was; `LimitOverrunError` when the separator is further away than the
   * limit: nothing is taken then. `ValueError` at the call for an empty separator.
   */
  readuntil(separator: Uint8Array | string | readonly (Uint8Array | string)[] = "\n"): StartableCoroutine<T> {
    const isList = Array.isArray(separator);
    const separators = (isList ? separator : [separator]) as readonly (Uint8Array | string)[];
    const sorted = separators.map(toBuffer).sort((a, b) => a.length - b.length);
    const [shortest] = sorted;
    if (shortest === undefined) throw new ValueError("Separator should contain at least one element");
    if (shortest.length === 0) throw new ValueError("Separator should be at least one-byte string");
    return soonest(new ReadUntil(this.#inbox, this.#decoding, sorted));
  }

  /**
   * Reads what is there, at most `n` bytes, and waits only while there is nothing; gives nothing at the end. -1: everything up to the end. Of a
   * text it gives whole characters, at least one.
   */
  read(n = -1): StartableCoroutine<T> {
    checkCount("read", n);
    const read = n < 0 ? new ReadAll(this.#inbox, this.#decoding) : new ReadSome(this.#inbox, this.#decoding, n);
    return soonest(read);
  }

  /**
   * Reads `n` bytes.
   * @throws `IncompleteReadError` when the end comes first, with what there was; `ValueError` at the call when `n` is negative.
   */
  readexactly(n: number): StartableCoroutine<T> {
    checkCount("readexactly", n);
    if (n < 0) throw new ValueError("readexactly size can not be less than zero");
    return soonest(new ReadExactly(this.#inbox, this.#decoding, n));
  }

  /** The lines, as {@link readline} gives them; of text, without `\n` or `\r\n`. For `for await` and, in a generator coroutine, `forEach`. */
  [Symbol.asyncIterator](): LineIterator<T> {
    return new LineIterator(this.#inbox, this.#decoding);
  }

  toString(): string {
    const { bytes, eof, limit, error, transport } = this.#inbox;
    const info = ["StreamReader"];
    if (bytes.size > 0) info.push(`${bytes.size} bytes`);
    if (eof) info.push("eof");
    if (limit !== DEFAULT_LIMIT) info.push(`limit=${limit}`);
    if (error !== null) info.push(`exception=${describe(error)}`);
    if (transport !== null) info.push(`transport=${transport}`);
    if (this.#inbox.isPaused()) info.push("paused");
    return `<${info.join(" ")}>`;
  }
}

const BYTES: Decoding<Buffer> = {
  decode: (chunk, start, end) => (start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end)),
  isText: false,
};
const TEXT: Decoding<string> = { decode: (chunk, start, end) => chunk.toString("utf8", start, end), isText: true };

function toBuffer(separator: Uint8Array | string): Buffer {
  if (typeof separator === "string") return Buffer.from(separator);
  if (separator instanceof Uint8Array) return asBuffer(separator);
  throw new TypeError(`separator must be a Uint8Array, a string or a list of these, got ${describe(separator)}`);
}

function checkCount(who: string, n: number): void {
  if (Number.isInteger(n) || n === Number.POSITIVE_INFINITY) return;
  throw new TypeError(`${who}() takes a whole number of bytes, got ${describe(n)}`);
}
