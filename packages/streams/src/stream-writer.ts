import { type CoroutineGenerator, checkOptionNames, describe, type StartableCoroutine } from "@tsyncio/contract";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import type { Writable } from "./bytes.js";
import { DRAINED, Drain, type Ends } from "./drain.js";
import type { ExtraInfo } from "./extra-info.js";
import { FlowControlProtocol } from "./flow-control-protocol.js";
import { checkTlsStart, START_TLS_OPTIONS, type StartTlsOptions, startTls } from "./start-tls.js";
import type { StreamReaderProtocol } from "./stream-reader-protocol.js";
import type { ClientTls, ServerTls } from "./tls-options.js";
import type { Transport } from "./transports.js";

/** The sending side of a connection, for coroutines (`asyncio.StreamWriter`). */
export class StreamWriter implements Disposable, AsyncDisposable {
  readonly #protocol: FlowControlProtocol;
  readonly #reader: Ends | null;
  #transport: Transport;

  /** @param reader - the receiving side, whose error `drain()` throws; `null` where there is none */
  constructor(transport: Transport, protocol: FlowControlProtocol, reader: Ends | null) {
    if (!(protocol instanceof FlowControlProtocol)) {
      throw new TypeError(`a StreamReaderProtocol was expected by StreamWriter, got ${describe(protocol)}`);
    }
    this.#transport = transport;
    this.#protocol = protocol;
    this.#reader = reader;
  }

  /** The transport below. */
  get transport(): Transport {
    return this.#transport;
  }

  /**
   * Sends `data`, now or when the peer takes it: bytes, which may not be changed until then, or a text as UTF-8. Never waits: `await drain()` after
   * it, or memory fills up while the peer is slow. What is written to a connection that is gone is dropped.
   */
  write(data: Writable): void {
    this.#transport.write(data);
  }

  /** Sends several pieces at once. */
  writelines(data: Iterable<Writable>): void {
    this.#transport.writelines(data);
  }

  /** Ends the sending side when what was written is sent: the peer reads the end. Receiving goes on. Not over TLS. */
  writeEof(): void {
    this.#transport.writeEof();
  }

  canWriteEof(): boolean {
    return this.#transport.canWriteEof();
  }

  /** Closes the connection when what was written is sent. {@link waitClosed} waits for that. */
  close(): void {
    this.#transport.close();
  }

  /** Whether the connection is closed, or about to be. */
  isClosing(): boolean {
    return this.#transport.isClosing();
  }

  /** Waits until the connection is gone. A cancellation ends the wait only. Throws what the connection was lost with. */
  waitClosed(): Coroutine<void> {
    return this.#protocol.waitClosed();
  }

  /** What is known of the connection: `"peername"`, `"sockname"`, `"socket"`, `"sslcontext"`, `"peercert"`, `"cipher"`. */
  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | null;
  getExtraInfo<K extends keyof ExtraInfo, D>(name: K, fallback: D): ExtraInfo[K] | D;
  getExtraInfo(name: string, fallback?: unknown): unknown;
  getExtraInfo(name: string, fallback: unknown = null): unknown {
    return this.#transport.getExtraInfo(name, fallback);
  }

  /**
   * Waits while more is buffered than the high-water mark of the transport, until it is down to the low one. A cancellation ends the wait only: what
   * was written will be sent. Whether there is anything to wait for is seen at the call.
   * @throws what the connection was lost with; a `ConnectionError` with the code `ECONNRESET` when it was closed.
   */
  drain(): StartableCoroutine<void> {
    const isClosing = this.#transport.isClosing();
    if (!isClosing && this.#protocol.isFlowing() && (this.#reader?.exception() ?? null) === null) return DRAINED;
    return new Drain(this.#protocol, this.#reader, isClosing);
  }

  /**
   * Makes it a TLS connection (`StreamWriter.start_tls`): as a client, or as the server whose handler this is in. What the peer sent before is not
   * taken for part of it: what the reader holds becomes part of the handshake, which fails unless it is. When it fails, or is cancelled, the
   * connection is closed.
   * @param ssl - as the option `ssl` of `openConnection` and `startServer`
   */
  startTls(ssl: ClientTls | ServerTls, options: StartTlsOptions = {}): Coroutine<void> {
    checkOptionNames("startTls()", options, START_TLS_OPTIONS);
    checkTlsStart(ssl, options, this.#isServerSide());
    return starting(this, ssl, options);
  }

  /** @internal */
  *secure(ssl: ClientTls | ServerTls, options: StartTlsOptions): CoroutineGenerator<void> {
    yield* this.drain();
    const protocol = this.#protocol;
    const serverSide = this.#isServerSide();
    this.#transport = yield* startTls(this.#transport, protocol, ssl, { ...options, serverSide });
  }

  #isServerSide(): boolean {
    return (this.#protocol as Partial<StreamReaderProtocol>).isServerSide ?? false;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes, and waits until what was written is sent. Throws when that fails; not what the connection had been lost with before. */
  [Symbol.asyncDispose](): Coroutine<void> {
    return closing(this, this.#protocol);
  }

  toString(): string {
    return `<StreamWriter transport=${this.#transport}${this.#reader === null ? "" : ` reader=${this.#reader}`}>`;
  }
}

const starting = coroutine(function* startTls(
  writer: StreamWriter,
  ssl: ClientTls | ServerTls,
  options: StartTlsOptions,
) {
  yield* writer.secure(ssl, options);
});

const closing = coroutine(function* close(writer: StreamWriter, protocol: FlowControlProtocol) {
  if (protocol.isLost()) return;
  writer.close();
  yield* writer.waitClosed();
});
