import { IncompleteReadError, LimitOverrunError, ValueError } from "@tsyncio/contract";
import { Operation, PENDING } from "@tsyncio/tasks";
import type { DataWait } from "./data-wait.js";
import type { Awaited, Inbox } from "./inbox.js";
import { wholeCharacters } from "./text.js";

/** How the bytes of a reader become what it gives. */
export interface Decoding<T> {
  readonly decode: (bytes: Buffer) => T;
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

  protected override wait(): DataWait {
    return this.inbox.wait(this);
  }

  protected override waited(): void {
    this.inbox.waited(this, this.value as DataWait);
  }

  /** Removes `n` bytes. */
  protected pull(n: number): Buffer {
    const bytes = this.inbox.bytes.take(n);
    if (this.inbox.isPaused()) this.inbox.taken();
    return bytes;
  }

  protected decoded(bytes: Buffer): T {
    return this.decoding.decode(bytes);
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
  /** No separator begins in front of this, in the bytes as they were when {@link #origin} bytes had been taken. */
  private searched = 0;
  private origin = 0;
  /** Where the record ends that was found, and its separator begins. */
  private end = -1;
  private separator = -1;

  constructor(inbox: Inbox, decoding: Decoding<T>, separators: readonly (Buffer | number)[]) {
    super(inbox, decoding);
    this.separators = separators;
  }

  get name(): string {
    return "readuntil";
  }

  isReady(): boolean {
    return this.find() || this.inbox.eof || this.searched > this.inbox.limit;
  }

  protected override take(): T | typeof PENDING {
    if (this.find()) {
      if (this.separator > this.inbox.limit)
        this.overrun("Separator is found, but chunk is longer than limit", this.separator);
      return this.decoded(this.pull(this.end));
    }
    if (this.searched > this.inbox.limit) {
      this.overrun("Separator is not found, and chunk exceed the limit", this.searched);
    }
    return this.inbox.eof ? this.ended(this.pull(this.inbox.bytes.size)) : PENDING;
  }

  /** The end came before a separator. */
  protected ended(rest: Buffer): T {
    throw new IncompleteReadError(rest, null);
  }

  /** The record is longer than the limit; its bytes stay. */
  protected overrun(message: string, consumed: number): never {
    throw new LimitOverrunError(message, consumed);
  }

  /** Looks for the separator that ends first. */
  private find(): boolean {
    const { bytes } = this.inbox;
    if (bytes.taken !== this.origin) {
      this.origin = bytes.taken;
      this.searched = 0;
    }
    this.end = -1;
    for (const separator of this.separators) {
      const length = lengthOf(separator);
      const at = bytes.indexOf(separator, this.searched);
      if (at === -1 || (this.end !== -1 && at + length >= this.end)) continue;
      this.end = at + length;
      this.separator = at;
    }
    if (this.end !== -1) return true;
    const longest = lengthOf(this.separators[this.separators.length - 1] as Buffer | number);
    this.searched = Math.max(0, bytes.size + 1 - longest);
    return false;
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

const lengthOf = (separator: Buffer | number) => (typeof separator === "number" ? 1 : separator.length);
