import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { isFatal, type LoopContract, RuntimeError, registry, TimeoutError } from "@tsyncio/contract";
import { outsideTask } from "@tsyncio/tasks";
import { type Address, addressFrom, showAddress } from "./addresses.js";
import { isSystemError } from "./connection-error.js";
import { DirectReading } from "./direct-reading.js";
import { runInLoop } from "./in-loop.js";
import { Opened } from "./open-resource.js";
import { Outgoing } from "./outgoing.js";
import { checkProtocol, fillBuffers, isBuffered, type Protocol, type StreamProtocol } from "./protocols.js";
import { readPast } from "./read-past.js";
import { tlsInfo } from "./tls-info.js";
import { type SendingSide, Transport } from "./transports.js";

/** A connection, as its server sees it. */
export type Client = Pick<Transport, "close" | "abort">;

/** Who wants to know when a transport has ended: a server. */
export interface TransportOwner {
  attach(transport: Client): void;
  detach(transport: Client): void;
}

/** What a transport is made with. */
export interface SocketTransportOptions {
  owner?: TransportOwner | undefined;
  /** The addresses of a Unix socket, which the host does not tell. */
  peername?: Address | undefined;
  sockname?: Address | undefined;
  /** What the TLS connection was made with. */
  sslcontext?: object | undefined;
  /** How long the shutdown of TLS may take, in seconds. */
  shutdownTimeout?: number | null | undefined;
  /** How long nothing may be sent or received before the connection is given up, in seconds. */
  idleTimeout?: number | null | undefined;
  /** Where it was asked for, in debug mode. */
  source?: string | null | undefined;
}

/**
 * A transport over a socket of the host: TCP, TLS or Unix. The socket buffers, and this hands on what it tells, at once and in no task.
 *
 * OPEN ──close()──▶ CLOSING, sends what was written ──▶ LOST
 *   └──abort(), error, both sides ended───────────────▶ LOST: `connectionLost` was called
 * DETACHED: another transport is about to go on with the socket (`startTls`).
 */
const OPEN = 0;
const CLOSING = 1;
const LOST = 2;
const DETACHED = 3;

export class SocketTransport extends Transport {
  readonly #loop: LoopContract;
  readonly #socket: Socket;
  readonly #options: SocketTransportOptions;
  readonly #outgoing: Outgoing;
  readonly #opened: Opened;
  /** The host tells them only while the socket is open. */
  readonly #peername: Address | null;
  readonly #sockname: Address | null;
  #protocol: StreamProtocol;
  #state = OPEN;
  #paused = false;
  /** What `connectionLost` will be told. */
  #error: unknown = null;
  /** Gives what arrives back to the host. */
  #stopReading: (() => void) | null = null;
  /** Ends the timer of the TLS shutdown. */
  #stopTimer: (() => void) | null = null;

  /** Takes over `socket`, which is connected, and tells `protocol` so, before anything else. */
  constructor(loop: LoopContract, socket: Socket, protocol: StreamProtocol, options: SocketTransportOptions = {}) {
    super();
    this.#loop = loop;
    this.#socket = socket;
    this.#protocol = protocol;
    this.#options = options;
    this.#outgoing = new Outgoing(loop, socket, this);
    this.#peername = options.peername ?? addressFrom(socket.remoteAddress, socket.remotePort, socket.remoteFamily);
    this.#sockname = options.sockname ?? addressFrom(socket.localAddress, socket.localPort, socket.localFamily);
    this.#opened = new Opened(
      loop,
      "transport",
      () => this.toString(),
      () => socket.destroy(),
      options.source,
    );
    options.owner?.attach(this);
    socket.on("error", this.#onError).on("close", this.#onClose).on("end", this.#onEnd);
    if (options.idleTimeout != null) socket.setTimeout(options.idleTimeout * 1000, this.#onIdle);
  }

  /** Tells the protocol that it is connected, in no task, and begins to read. */
  begin(): void {
    outsideTask(() => this.#call("connectionMade", () => this.#protocol.connectionMade(this)));
    this.startReading();
  }

  /** Hands on what arrives from now on. */
  startReading(): void {
    if (this.#state !== OPEN) return;
    const direct = DirectReading.of(this.#socket);
    direct?.start(this);
    // What is read directly does not come this way, but for what was put back.
    this.#socket.on("data", this.#onData);
    if (direct === null) this.#stopReading = readPast(this.#socket, this.#onData);
    // It may have come before anyone listened.
    if (this.#socket.readableEnded) this.#onEnd();
  }

  override getExtraInfo(name: string, fallback: unknown = null): never {
    return (this.#info(name) ?? fallback) as never;
  }

  override setProtocol(protocol: StreamProtocol): void {
    this.#protocol = checkProtocol(protocol);
  }

  override getProtocol(): StreamProtocol {
    return this.#protocol;
  }

  override isClosing(): boolean {
    return this.#state !== OPEN;
  }

  override isReading(): boolean {
    return this.#state === OPEN && !this.#paused;
  }

  override pauseReading(): void {
    if (!this.isReading()) return;
    this.#paused = true;
    this.#socket.pause();
  }

  override resumeReading(): void {
    if (this.#state !== OPEN || !this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
  }

  protected override sending(): SendingSide {
    return this.#outgoing;
  }

  override canWriteEof(): boolean {
    return this.#options.sslcontext === undefined;
  }

  override writeEof(): void {
    if (!this.canWriteEof()) throw new RuntimeError("a TLS connection can't be closed on one side only");
    if (this.#state === OPEN) this.#outgoing.end();
  }

  override close(): void {
    if (this.#state === DETACHED) this.#socket.destroy();
    if (this.#state !== OPEN) return;
    this.#state = CLOSING;
    const { sslcontext, shutdownTimeout } = this.#options;
    if (sslcontext !== undefined && shutdownTimeout != null) {
      const timer = this.#loop.callLater(shutdownTimeout, () =>
        this.#giveUp(new TimeoutError("SSL shutdown timed out")),
      );
      this.#stopTimer = () => timer.cancel();
    }
    // What still comes is read and dropped: unread, it would make the system reset the connection, and what was sent be lost.
    this.#socket.resume();
    this.#socket.destroySoon();
  }

  override abort(): void {
    if (this.#state === LOST) return;
    if (this.#state !== DETACHED) this.#state = CLOSING;
    this.#socket.destroy();
  }

  /** Gives the connection up, and says why. */
  #giveUp(error: unknown): void {
    if (this.#state === LOST) return;
    this.#error ??= error;
    this.abort();
  }

  /** @internal Keeps others from writing while something is sent in their stead; `null`: no longer. */
  setBusy(why: string | null): void {
    this.#outgoing.busy = why;
  }

  /** @internal */
  isBusy(): boolean {
    return this.#outgoing.busy !== null;
  }

  /**
   * @internal Gives the socket up, for another transport to go on with it. The protocol is told nothing until {@link release} or {@link lose}.
   */
  detach(why: string): Socket {
    const socket = this.#socket;
    this.#state = DETACHED;
    this.#outgoing.busy = why;
    socket.off("data", this.#onData).off("end", this.#onEnd).off("close", this.#onClose);
    this.#stopReading?.();
    DirectReading.of(socket)?.stop();
    socket.pause();
    if (this.#options.idleTimeout != null) socket.setTimeout(0);
    return socket;
  }

  /** @internal The other transport has the connection now. */
  release(): void {
    this.#state = LOST;
    this.#ended();
  }

  /** @internal There will be no other transport. */
  lose(error: unknown): void {
    this.#error ??= error;
    this.#socket.destroy();
    this.#onClose();
  }

  /** @internal How it was made. */
  get options(): SocketTransportOptions {
    return this.#options;
  }

  /** @internal */
  get socket(): Socket {
    return this.#socket;
  }

  /** @internal */
  get loop(): LoopContract {
    return this.#loop;
  }

  override toString(): string {
    const state = ["open", "closing", "closed", "detached"][this.#state];
    const size = this.#state !== LOST ? ` write=<bufsize=${this.getWriteBufferSize()}>` : "";
    return `<SocketTransport ${state} peer=${showAddress(this.#peername)}${size}>`;
  }

  readonly #onData = (data: Buffer): void => {
    if (!this.#mayCall()) return;
    // As in `arrived`, without a closure for each chunk.
    const outer = registry.runningLoop;
    registry.runningLoop = this.#loop;
    try {
      const protocol = this.#protocol;
      if (isBuffered(protocol)) this.keep(fillBuffers(this, protocol, data));
      else protocol.dataReceived(data);
    } catch (error) {
      this.#failed(error, "dataReceived");
    } finally {
      registry.runningLoop = outer;
    }
  };

  /** @internal Keeps what was not handed on until it reads again. */
  keep(rest: Buffer | null): void {
    if (rest !== null && this.#state === OPEN) this.#socket.unshift(rest);
  }

  /** @internal Something has arrived: `hand` gives it to the protocol. */
  arrived(hand: () => void): void {
    if (this.#mayCall()) runInLoop(this.#loop, hand, (error) => this.#failed(error, "dataReceived"));
  }

  /** Whether the protocol may be called with what has arrived. */
  #mayCall(): boolean {
    if (this.#state !== OPEN) return false;
    if (!this.#loop.isClosed()) return true;
    this.#socket.destroy();
    return false;
  }

  readonly #onEnd = (): void => {
    if (this.#state !== OPEN) return;
    this.#call("eofReceived", () => {
      if (!(this.#protocol as Protocol).eofReceived()) this.close();
    });
  };

  readonly #onIdle = (): void => {
    this.#giveUp(new TimeoutError(`the connection was idle for ${this.#options.idleTimeout} seconds`));
  };

  readonly #onError = (error: unknown): void => {
    this.#error ??= error;
  };

  readonly #onClose = (): void => {
    if (this.#state === LOST) return;
    this.#state = LOST;
    const protocol = this.#protocol;
    this.#call("connectionLost", () => protocol.connectionLost(this.#error));
    this.#ended();
  };

  #ended(): void {
    this.#stopTimer?.();
    this.#opened.close();
    this.#options.owner?.detach(this);
  }

  /** Calls the protocol. */
  #call(method: string, callback: () => void): void {
    if (this.#loop.isClosed()) this.#socket.destroy();
    else runInLoop(this.#loop, callback, (error) => this.#failed(error, method));
  }

  /** The protocol threw: the connection is given up. */
  #failed(exception: unknown, method: string): void {
    if (isFatal(exception)) {
      this.#loop.abort(exception);
      return;
    }
    if (!isSystemError(exception)) {
      const message = `Fatal error: protocol.${method}() call failed.`;
      this.#loop.callExceptionHandler({ message, exception });
    }
    this.#giveUp(exception);
  }

  #info(name: string): unknown {
    const socket = this.#socket;
    switch (name) {
      case "peername":
        return this.#peername;
      case "sockname":
        return this.#sockname;
      case "socket":
        return socket;
      case "sslcontext":
        return this.#options.sslcontext;
      default:
        return this.#options.sslcontext === undefined ? null : tlsInfo(socket as TLSSocket, name);
    }
  }
}
