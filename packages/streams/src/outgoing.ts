import { type LoopContract, RuntimeError } from "@tsyncio/contract";
import { checkData, type Writable } from "./bytes.js";
import type { WriteBufferLimits } from "./transports.js";
import { type Flowed, WriteFlow } from "./write-flow.js";

/** A transport, as its sending side sees it. */
interface Sender {
  getProtocol(): Flowed;
  isClosing(): boolean;
  toString(): string;
}

/** What takes the bytes, and buffers: a stream of the host, or what does as it does. */
export interface Sink {
  /** How many bytes it holds. */
  readonly writableLength: number;
  /** Whether it has given up. */
  readonly destroyed?: boolean;
  /** @param written - called when `data`, or more, was handed on; with an error when it was lost */
  write(data: Writable, written?: (error?: Error | null) => void): unknown;
  /** Holds what is written back, to be handed on at once by {@link uncork}. */
  cork(): void;
  uncork(): void;
  /** Nothing more will be written. */
  end(): unknown;
}

/** After so many writes to a connection that is gone a warning is given. */
const WRITES_BEFORE_WARNING = 5;

/** The sending side of a transport over a stream of the host, which buffers. */
export class Outgoing {
  readonly #loop: LoopContract;
  readonly #stream: Sink;
  readonly #sender: Sender;
  readonly #flow: WriteFlow;
  #ended = false;
  #lostWrites = 0;
  /** Why nothing may be written for the moment. */
  busy: string | null = null;

  constructor(loop: LoopContract, stream: Sink, sender: Sender) {
    this.#loop = loop;
    this.#stream = stream;
    this.#sender = sender;
    this.#flow = new WriteFlow(loop, this);
  }

  getWriteBufferSize(): number {
    return this.#stream.writableLength;
  }

  getProtocol(): Flowed {
    return this.#sender.getProtocol();
  }

  limits(): [low: number, high: number] {
    return this.#flow.limits();
  }

  setLimits(limits: WriteBufferLimits | undefined): void {
    this.#flow.setLimits(limits);
  }

  write(data: Writable): void {
    checkData(data);
    if (!this.#mayWrite("write") || data.length === 0) return;
    const stream = this.#stream;
    const flow = this.#flow;
    const buffered = stream.writableLength;
    // The host counts the characters of a text that it holds, and a character may be three bytes.
    const isCounted = typeof data === "string" && (buffered > 0 || data.length > flow.high);
    const bytes = isCounted ? Buffer.from(data) : data;
    if (!flow.paused && buffered + bytes.length <= flow.high) {
      stream.write(bytes);
      return;
    }
    stream.write(bytes, this.#onWritten);
    // Most often the system has taken it at once, all the same.
    flow.grown();
  }

  writelines(data: Iterable<Writable>): void {
    const pieces = [...data];
    for (const piece of pieces) checkData(piece);
    if (!this.#mayWrite("writelines") || pieces.length === 0) return;
    this.#stream.cork();
    for (const piece of pieces) this.write(piece);
    this.#stream.uncork();
  }

  /** Ends the stream when what was written is sent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stream.end();
  }

  readonly #onWritten = (error?: Error | null): void => {
    // What is lost has not been sent, though some hosts say nothing of it here: who waits for that hears of the loss.
    if (error == null && this.#stream.destroyed !== true) this.#flow.shrunk();
  };

  #mayWrite(what: string): boolean {
    if (this.#ended) throw new RuntimeError(`Cannot call ${what}() after writeEof()`);
    if (this.busy !== null) throw new RuntimeError(`unable to ${what}; ${this.busy}`);
    if (!this.#sender.isClosing()) return true;
    if (++this.#lostWrites === WRITES_BEFORE_WARNING) {
      const advice = "look at isClosing(), or await drain()";
      this.#loop.host.log("warn", `${this.#sender} is written to again and again: ${advice}`);
    }
    return false;
  }
}
