import { IncompleteReadError, LimitOverrunError, ValueError } from "@tsyncio/contract";
import { Operation, PENDING } from "@tsyncio/tasks";
import type { Awaited, Inbox } from "./inbox.js";
import type { ReusableWait } from "./reusable-wait.js";
import type { Search } from "./search.js";
import { wholeCharacters } from "./text.js";

/** How the bytes of a reader become what it gives. */
export interface Decoding<T> {
  /** Of the bytes of `chunk` from `start` to `end`, of which a view may be given. */
  readonly decode: (chunk: Buffer, start: number, end: number) => T;
  /** Whether a piece should end where a character does. */
  readonly isText: boolean;
}

/** A read that waits for more bytes. */
abstract class Read<T> extends Operation<T> implements Awaited {
  protected readonly inbox: Inbox;
  protected readonly decoding: Decoding<T>;

  constructor(inbox: Inbox, decoding: Decoding<T>) {
    super();
    this.inbox = inbox;
    this.decoding = decoding;
  }

  abstract isReady(): boolean;
  protected abstract take(): T | typeof PENDING;

  protected override attempt(): T | typeof PENDING {
    if (this.inbox.error !== null) throw this.inbox.error;
    return this.take();
  }

  protected override wait(): ReusableWait {
    return this.inbox.wait(this);
  }

  protected override waited(): void {
    this.inbox.waited(this, this.value as ReusableWait);
  }

  /** Removes `n` bytes. */
  protected pull(n: number): Buffer {
    const bytes = this.inbox.bytes.take(n);
    if (this.inbox.isPaused()) this.inbox.taken();
    return bytes;
  }

  protected decoded(bytes: Buffer): T {
    return this.decoding.decode(bytes, 0, bytes.length);
  }
}

/** `read(n)`: what is there, at most `n` bytes. */
export class ReadSome<T> extends Read<T> {
  private readonly most: number;

  constructor(inbox: Inbox, decoding: Decoding<T>, most: number) {
    super(inbox, decoding);
    this.most = most;
  }

  get name(): string {
    return "read";
  }

  isReady(): boolean {
    return this.inbox.eof || this.length() > 0;
  }

  protected override take(): T | typeof PENDING {
    if (this.most === 0) return this.decoded(this.pull(0));
    const length = this.length();
    if (length === 0 && !this.inbox.eof) return PENDING;
    return this.decoded(this.pull(length === 0 ? this.most : length));
  }

  /** How many bytes can be given: whole characters, if it is text. */
  private length(): number {
    const { bytes } = this.inbox;
    const length = Math.min(bytes.size, this.most);
    return this.decoding.isText && length > 0 ? wholeCharacters(bytes, length) : length;
  }
}

/** `read(-1)`: everything up to the end. */
export class ReadAll<T> extends Read<T> {
  /** What was read so far. A cancellation loses it, as in asyncio. */
  private readonly pieces: Buffer[] = [];

  get name(): string {
    return "read";
  }

  isReady(): boolean {
    return this.inbox.eof || this.inbox.bytes.size > this.inbox.limit;
  }

  protected override take(): T | typeof PENDING {
    const { bytes, eof } = this.inbox;
    if (eof && this.pieces.length === 0) return this.decoded(this.pull(bytes.size));
    if (bytes.size > 0) this.pieces.push(this.pull(bytes.size));
    return eof ? this.decoded(Buffer.concat(this.pieces)) : PENDING;
  }
}

/** `readexactly(n)`. */
export class ReadExactly<T> extends Read<T> {
  private readonly wanted: number;

  constructor(inbox: Inbox, decoding: Decoding<T>, wanted: number) {
    super(inbox, decoding);
    this.wanted = wanted;
  }

  get name(): string {
    return "readexactly";
  }

  isReady(): boolean {
    return this.inbox.bytes.size >= this.wanted || this.inbox.eof;
  }

  protected override take(): T | typeof PENDING {
    const { size } = this.inbox.bytes;
    if (size >= this.wanted) return this.decoded(this.pull(this.wanted));
    if (this.inbox.eof) throw new IncompleteReadError(this.pull(size), this.wanted);
    return PENDING;
  }
}

/** `readuntil(separators)`. */
export class ReadUntil<T> extends Read<T> {
  /** The shortest first. */
  private readonly separators: readonly (Buffer | number)[];

  constructor(inbox: Inbox, decoding: Decoding<T>, separators: readonly (Buffer | number)[]) {
    super(inbox, decoding);
    this.separators = separators;
  }

  get name(): string {
    return "readuntil";
  }

  isReady(): boolean {
    const search = this.find();
    return search.end !== -1 || this.inbox.eof || search.searched > this.inbox.limit;
  }

  protected override take(): T | typeof PENDING {
    const { limit, bytes, eof } = this.inbox;
    const { end, separator, searched } = this.find();
    if (end !== -1) {
      if (separator > limit) this.overrun("Separator is found, but chunk is longer than limit", separator);
      return this.decoded(this.pull(end));
    }
    if (searched > limit) this.overrun("Separator is not found, and chunk exceed the limit", searched);
    return eof ? this.ended(this.pull(bytes.size)) : PENDING;
  }

  /** The end came before a separator. */
  protected ended(rest: Buffer): T {
    throw new IncompleteReadError(rest, null);
  }

  /** The record is longer than the limit; its bytes stay. */
  protected overrun(message: string, consumed: number): never {
    throw new LimitOverrunError(message, consumed);
  }

  private find(): Search {
    return this.inbox.find(this, this.separators);
  }
}

/** `readline()`: a last line without its end is given as it is, and a line over the limit is thrown away. */
export class ReadLine<T> extends ReadUntil<T> {
  constructor(inbox: Inbox, decoding: Decoding<T>) {
    super(inbox, decoding, NEWLINE);
  }

  override get name(): string {
    return "readline";
  }

  protected override take(): T | typeof PENDING {
    return this.inbox.takeLine(this.decoding.decode) ?? super.take();
  }

  protected override ended(rest: Buffer): T {
    return this.decoded(rest);
  }

  protected override overrun(message: string, consumed: number): never {
    const { bytes } = this.inbox;
    this.pull(bytes.indexOf(10, consumed) === consumed ? consumed + 1 : bytes.size);
    throw new ValueError(message);
  }
}

const NEWLINE = [10];
