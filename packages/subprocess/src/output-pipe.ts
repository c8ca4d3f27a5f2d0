import type { Readable, Writable } from "node:stream";
import type { LoopContract } from "@tsyncio/contract";
import { type ReadPipeTransport, StreamReader } from "@tsyncio/streams";

const NOTHING = Buffer.alloc(0);

/**
 * What a process writes to its `stdout` or `stderr`. It goes to the reader; while someone collects all of it (`communicate()`), past the reader and
 * into a list. Whoever stops collecting early gives it back, so that nothing is lost.
 */
export class OutputPipe {
  readonly #loop: LoopContract;
  readonly #limit: number | undefined;
  readonly #transport: ReadPipeTransport;
  /** Made when it is first asked for, or something comes that nobody collects: whoever only collects needs none. */
  #reader: OutputReader | null = null;
  /** Nothing more will come. */
  ended = false;
  /** What was collected; `null` while nobody does. */
  #collected: Buffer[] | null = null;
  /** What was collected and given back when the reader had been told of the end, and took no more. */
  #kept: Buffer[] = [];
  #size = 0;
  #most: number = Number.POSITIVE_INFINITY;
  #overrun: (() => void) | null = null;
  #dropping = false;
  /** The `stdin` of another process, which gets all that comes. */
  #target: Writable | null = null;
  /** What the pipe was lost with. */
  #error: unknown = null;

  constructor(loop: LoopContract, limit: number | undefined, transport: ReadPipeTransport) {
    this.#loop = loop;
    this.#limit = limit;
    this.#transport = transport;
  }

  get reader(): StreamReader {
    if (this.#reader !== null) return this.#reader;
    this.#reader = new OutputReader(this.#loop, this.#limit, this);
    this.#reader.setTransport(this.#transport);
    if (this.ended && this.#collected === null) this.#tellEnd();
    return this.#reader;
  }

  received(data: Buffer): void {
    if (this.#dropping) return;
    if (this.#target !== null) {
      if (!this.#target.write(data)) this.#transport.pauseReading();
      return;
    }
    if (this.#collected === null) this.reader.feedData(data);
    else this.#collect(data);
  }

  lost(error: unknown): void {
    this.#error = error;
    this.#target?.end();
    if (this.#collected === null) this.#tellEnd();
    this.ended = true;
  }

  /** Collects from now on, what nobody has read included. `overrun` is called when it is more than `limit` bytes. */
  collect(limit: number, overrun: () => void): void {
    this.#most = limit;
    this.#overrun = overrun;
    this.#size = 0;
    this.#collected = [];
    for (const piece of this.#takeKept()) this.#collect(piece);
    const unread = this.#takeUnread();
    if (unread.length > 0) this.#collect(unread);
    this.#transport.resumeReading();
  }

  /** Stops collecting before the end: what there is can be read, or collected again. */
  giveBack(): void {
    const pieces = this.#collected ?? [];
    // While this collects: one that is made now is not told of the end before it has these.
    const { reader } = this;
    this.#collected = null;
    if (reader.atEof()) this.#kept = pieces;
    else {
      for (const piece of pieces) reader.feedData(piece);
      if (this.ended) this.#tellEnd();
    }
  }

  /** What was collected, at the end. Throws what the pipe was lost with. */
  collected(): Buffer {
    if (this.#error !== null) throw this.#error;
    const pieces = this.#collected ?? [];
    this.#collected = null;
    if (this.#reader?.atEof() === false) this.#reader.feedEof();
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  }

  /** Removes and gives what nobody has read. */
  takeAll(): Buffer {
    return Buffer.concat([...this.#takeKept(), ...(this.#collected ?? []), this.#takeUnread()]);
  }

  /** Drops what comes from now on. */
  drop(): void {
    this.#dropping = true;
    this.#transport.resumeReading();
  }

  /** Gives the pipe to another process, if nothing was read from it yet: its end of it, for the time until {@link release}. */
  handOver(): Readable | null {
    const stream = this.#transport.getExtraInfo("pipe") as Readable & { bytesRead?: number };
    return stream.bytesRead === 0 && !this.ended && this.#collected === null ? stream : null;
  }

  /** The other process has the pipe now: here it is at its end. */
  release(): void {
    this.#transport.close();
  }

  /** Copies what comes, and what nobody has read, to the `stdin` of another process. */
  copyTo(target: Writable): void {
    this.#target = target;
    target.write(this.takeAll());
    if (this.ended) target.end();
    // The other process may end before it has read all: then this one hears of it, as in a pipeline of a shell.
    target.on("error", () => {});
    target.on("close", () => this.#transport.close());
    target.on("drain", () => this.#transport.resumeReading());
  }

  #collect(data: Buffer): void {
    this.#collected?.push(data);
    this.#size += data.length;
    if (this.#size > this.#most) this.#overrun?.();
  }

  #takeKept(): Buffer[] {
    const kept = this.#kept;
    this.#kept = [];
    return kept;
  }

  #tellEnd(): void {
    if (this.#error === null) this.#reader?.feedEof();
    else this.#reader?.setException(this.#error);
  }

  /** Removes and gives what the reader holds. */
  #takeUnread(): Buffer {
    return this.#reader === null || this.#reader.exception() !== null ? NOTHING : this.#reader.takeAll();
  }
}

/** A reader that knows its pipe, for `stdin: other.stdout`. In a `WeakMap` whatever hangs on the pipe would outlive every small collection. */
class OutputReader extends StreamReader {
  readonly pipe: OutputPipe;

  constructor(loop: LoopContract, limit: number | undefined, pipe: OutputPipe) {
    super({ loop, limit });
    this.pipe = pipe;
  }
}

/** The pipe that `reader` reads from, if it is one from a process. */
export function pipeOf(reader: StreamReader): OutputPipe | null {
  return reader instanceof OutputReader ? reader.pipe : null;
}
