import { isCall, isWaitable, type LoopContract, type TaskContract } from "@tsyncio/contract";
import { callBody, isCoroutineFunction, WhenDone } from "@tsyncio/tasks";
import { showAddress } from "./addresses.js";
import { FlowControlProtocol } from "./flow-control-protocol.js";
import type { StreamReader } from "./stream-reader.js";
import { StreamWriter } from "./stream-writer.js";
import type { Transport } from "./transports.js";

/**
 * Serves one connection of a server. A coroutine function of either kind runs as a task of its own, and the connection is closed when it ends. A plain
 * function that gives nothing to wait for hands the connection over to others, who close it.
 */
export type ConnectionHandler<T extends Buffer | string = Buffer> = (
  reader: StreamReader<T>,
  writer: StreamWriter,
) => unknown;

/** Joins a connection to a reader, and on a server starts the handler (`asyncio.StreamReaderProtocol`). */
export class StreamReaderProtocol<T extends Buffer | string = Buffer> extends FlowControlProtocol {
  readonly #reader: StreamReader<T>;
  readonly #handler: ConnectionHandler<T> | null;
  #transport: Transport | null = null;

  constructor(
    reader: StreamReader<T>,
    handler: ConnectionHandler<T> | null = null,
    options: { loop?: LoopContract | undefined } = {},
  ) {
    super(options);
    this.#reader = reader;
    this.#handler = handler;
  }

  /** Whether it serves a connection of a server. */
  get isServerSide(): boolean {
    return this.#handler !== null;
  }

  override connectionMade(transport: Transport): void {
    this.#transport = transport;
    this.#reader.setTransport(transport);
    if (this.#handler === null) return;
    const writer = new StreamWriter(transport, this, this.#reader);
    this.#serve(this.#handler, writer, transport);
  }

  override dataReceived(data: Buffer): void {
    this.#reader.feedData(data);
  }

  override eofReceived(): boolean {
    this.#reader.feedEof();
    // Half of a TLS connection can't be closed. The end of a pipe has one side only.
    return (this.#transport as Partial<Transport> | null)?.canWriteEof?.() ?? true;
  }

  override connectionLost(error: unknown): void {
    if (error === null) this.#reader.feedEof();
    else this.#reader.setException(error);
    super.connectionLost(error);
  }

  /** @internal Removes what was not read. */
  takeUnread(): Buffer {
    return this.#reader.takeAll();
  }

  /** @internal Goes on over another transport. */
  replaceTransport(transport: Transport): void {
    this.#transport = transport;
    this.#reader.replaceTransport(transport);
  }

  /** Runs the handler as a task, and closes the connection when that ends. */
  #serve(handler: ConnectionHandler<T>, writer: StreamWriter, transport: Transport): void {
    let handsOver = false;
    const body = (...args: Parameters<ConnectionHandler<T>>) => {
      const result = handler(...args) as PromiseLike<unknown> | undefined;
      if (isCall(result) || isWaitable(result) || typeof result?.then === "function") return result;
      // A plain function: others go on with the connection.
      handsOver = true;
      return Promise.resolve();
    };
    const isCoroutine = isCoroutineFunction(handler);
    const run = (isCoroutine ? handler : body) as (...args: unknown[]) => PromiseLike<unknown>;
    const task = this.loop.createTask<unknown>(callBody(run, [this.#reader, writer], "startServer"));
    const ended = (task: TaskContract) => {
      const exception = task.cancelled() ? null : task.exception();
      if (exception !== null) {
        const peer = showAddress(transport.getExtraInfo("peername"));
        const message = `Unhandled exception in client_connected_cb, for ${peer}`;
        this.loop.callExceptionHandler({ message, exception, task });
      }
      if (!handsOver) transport.close();
    };
    new WhenDone(this.loop, task, ended, "the end of a connection");
  }
}
