import type { Readable, Writable } from "node:stream";
import { type LoopContract, type OpenResource, registry } from "@tsyncio/contract";
import { outsideTask } from "@tsyncio/tasks";
import { isSystemError } from "./connection-error.js";
import { runInLoop } from "./in-loop.js";
import { placeOf } from "./open-resource.js";
import { Outgoing } from "./outgoing.js";
import { type BaseProtocol, checkProtocol, type Protocol } from "./protocols.js";
import { ReadTransport, type SendingSide, WriteTransport } from "./transports.js";

/** OPEN ──close()──▶ CLOSING ──▶ LOST: `connectionLost` was called. */
const OPEN = 0;
const CLOSING = 1;
const LOST = 2;

/** A transport, as its pipe sees it. */
interface PipeEnd {
  getProtocol(): { connectionLost(error: unknown): void };
  toString(): string;
}

/**
 * What both ends of a pipe have in common: the life of the stream of the host. The host keeps streams that are over for a while; what listens to them
 * knows the pipe alone, and the pipe forgets its transport at the end, or each small collection would copy all that hangs on it.
 */
class Pipe implements OpenResource {
  readonly kind = "pipe";
  readonly loop: LoopContract;
  /** Where it was opened; known in debug mode. */
  readonly source: string | null;
  readonly #stream: Readable | Writable;
  #end: PipeEnd | null;
  state = OPEN;
  #error: unknown = null;

  constructor(loop: LoopContract, stream: Readable | Writable, end: PipeEnd) {
    this.loop = loop;
    this.source = placeOf(loop);
    this.#stream = stream;
    this.#end = end;
    registry.resources.add(this);
    stream.on("error", (error) => {
      this.#error ??= error;
      // Not every stream of the host closes by itself.
      this.abort();
    });
    stream.on("close", () => this.#ended());
  }

  /** Ends it at once. */
  abort(error: unknown = null): void {
    if (this.state === LOST) return;
    this.#error ??= error;
    this.state = CLOSING;
    this.#stream.destroy();
    if (this.#stream.closed) this.#ended();
  }

  /** A stream that had ended before it was joined says so no more. */
  lookForEnd(): void {
    if (this.#stream.closed) this.abort(this.#stream.errored);
  }

  /** Calls the protocol. */
  call(method: string, callback: () => void): void {
    if (this.loop.isClosed()) {
      this.#stream.destroy();
      return;
    }
    runInLoop(this.loop, callback, (exception) => {
      if (!isSystemError(exception)) {
        this.loop.callExceptionHandler({ message: `Fatal error: protocol.${method}() call failed.`, exception });
      }
      this.abort(exception);
    });
  }

  /** Hands what arrives to the protocol, which is a {@link Protocol}. */
  read(): void {
    this.#stream.on("data", (data: Buffer | string) => {
      if (this.state !== OPEN) return;
      const bytes = typeof data === "string" ? Buffer.from(data) : data;
      this.call("dataReceived", () => this.#reader().dataReceived(bytes));
    });
    const end = () => {
      if (this.state !== OPEN) return;
      this.call("eofReceived", () => this.#reader().eofReceived());
      this.abort();
    };
    this.#stream.on("end", end);
    if ((this.#stream as Readable).readableEnded) end();
    else this.lookForEnd();
  }

  #reader(): Protocol {
    return this.#end?.getProtocol() as Protocol;
  }

  describe(): string {
    return String(this.#end);
  }

  abandon(): void {
    this.#stream.destroy();
  }

  show(name: string): string {
    return `<${name} ${["open", "closing", "closed"][this.state]}>`;
  }

  #ended(): void {
    if (this.state === LOST) return;
    this.state = LOST;
    registry.resources.delete(this);
    const end = this.#end;
    this.#end = null;
    this.call("connectionLost", () => end?.getProtocol().connectionLost(this.#error));
  }
}

/** The end of a pipe that is read. */
export class ReadPipeTransport extends ReadTransport<Protocol> {
  readonly #stream: Readable;
  readonly #pipe: Pipe;
  #protocol: Protocol;
  #paused = false;

  constructor(loop: LoopContract, stream: Readable, protocol: Protocol) {
    super();
    this.#stream = stream;
    this.#protocol = protocol;
    this.#pipe = new Pipe(loop, stream, this);
  }

  /** Tells the protocol that it is there, and begins to read. */
  begin(): void {
    outsideTask(() => this.#pipe.call("connectionMade", () => this.#protocol.connectionMade(this as never)));
    this.read();
  }

  /** @internal Begins to read, without a word. */
  read(): void {
    this.#pipe.read();
  }

  override getExtraInfo(name: string, fallback: unknown = null): never {
    return (name === "pipe" ? this.#stream : fallback) as never;
  }

  override setProtocol(protocol: Protocol): void {
    this.#protocol = checkProtocol(protocol);
  }

  override getProtocol(): Protocol {
    return this.#protocol;
  }

  override isClosing(): boolean {
    return this.#pipe.state !== OPEN;
  }

  override isReading(): boolean {
    return this.#pipe.state === OPEN && !this.#paused;
  }

  override pauseReading(): void {
    if (!this.isReading()) return;
    this.#paused = true;
    this.#stream.pause();
  }

  override resumeReading(): void {
    if (this.#pipe.state !== OPEN || !this.#paused) return;
    this.#paused = false;
    this.#stream.resume();
  }

  override close(): void {
    this.#pipe.abort();
  }

  override toString(): string {
    return this.#pipe.show("ReadPipeTransport");
  }
}

/** The end of a pipe that is written to. */
export class WritePipeTransport extends WriteTransport<BaseProtocol> {
  readonly #stream: Writable;
  readonly #pipe: Pipe;
  readonly #outgoing: Outgoing;
  #protocol: BaseProtocol;

  constructor(loop: LoopContract, stream: Writable, protocol: BaseProtocol) {
    super();
    this.#stream = stream;
    this.#protocol = protocol;
    this.#outgoing = new Outgoing(loop, stream, this);
    this.#pipe = new Pipe(loop, stream, this);
  }

  /** Tells the protocol that it is there. */
  begin(): void {
    outsideTask(() => this.#pipe.call("connectionMade", () => this.#protocol.connectionMade(this)));
    this.#pipe.lookForEnd();
  }

  override getExtraInfo(name: string, fallback: unknown = null): never {
    return (name === "pipe" ? this.#stream : fallback) as never;
  }

  override setProtocol(protocol: BaseProtocol): void {
    this.#protocol = checkProtocol(protocol);
  }

  override getProtocol(): BaseProtocol {
    return this.#protocol;
  }

  override isClosing(): boolean {
    return this.#pipe.state !== OPEN;
  }

  protected override sending(): SendingSide {
    return this.#outgoing;
  }

  override canWriteEof(): boolean {
    return true;
  }

  /** Closes it when what was written is sent, as {@link close}. */
  override writeEof(): void {
    if (this.#pipe.state !== OPEN) return;
    this.#pipe.state = CLOSING;
    // Others may have ended it before.
    if (this.#stream.writableFinished) this.#pipe.abort();
    else this.#stream.once("finish", () => this.#pipe.abort()).end();
  }

  override close(): void {
    this.writeEof();
  }

  override abort(): void {
    this.#pipe.abort();
  }

  override toString(): string {
    return this.#pipe.show("WritePipeTransport");
  }
}
