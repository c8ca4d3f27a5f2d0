import type { Socket } from "node:dgram";
import { describe, type LoopContract, ValueError } from "@tsyncio/contract";
import { outsideTask } from "@tsyncio/tasks";
import { type Address, addressFrom, showAddress } from "./addresses.js";
import { checkData, type Writable } from "./bytes.js";
import { isSystemError } from "./connection-error.js";
import { runInLoop } from "./in-loop.js";
import { Opened } from "./open-resource.js";
import { checkProtocol, type DatagramProtocol } from "./protocols.js";
import { DatagramTransport, type WriteBufferLimits } from "./transports.js";
import { WriteFlow } from "./write-flow.js";

/** What each datagram counts in the buffer beside its bytes. */
const HEADER = 8;

/** OPEN ──close()──▶ CLOSING, sends what was written ──▶ LOST; abort() leads there at once. */
const OPEN = 0;
const CLOSING = 1;
const LOST = 2;

/** A transport over a UDP socket of the host. */
export class UdpTransport extends DatagramTransport {
  readonly #loop: LoopContract;
  readonly #socket: Socket;
  readonly #remote: Address | null;
  /** Whether the system knows {@link #remote}, and takes datagrams from there alone. */
  readonly #isConnected: boolean;
  readonly #local: Address | null;
  readonly #flow: WriteFlow;
  readonly #opened: Opened;
  #protocol: DatagramProtocol;
  #state = OPEN;
  /** The bytes that the host has not sent yet. */
  #pending = 0;

  /** Takes over `socket`, which is bound. */
  constructor(
    loop: LoopContract,
    socket: Socket,
    protocol: DatagramProtocol,
    remote: Address | null,
    source: string | null,
  ) {
    super();
    this.#loop = loop;
    this.#socket = socket;
    this.#protocol = protocol;
    const peer = peerOf(socket);
    this.#remote = remote ?? peer;
    this.#isConnected = peer !== null;
    const { address, port, family } = socket.address();
    this.#local = addressFrom(address, port, family);
    this.#flow = new WriteFlow(loop, this);
    this.#opened = new Opened(
      loop,
      "datagram transport",
      () => this.toString(),
      () => this.abort(),
      source,
    );
    socket.on("message", (data, from) => {
      if (this.#state !== OPEN) return;
      const sender = addressFrom(from.address, from.port, from.family) as Address;
      this.#call("datagramReceived", () => this.#protocol.datagramReceived(data, sender));
    });
    socket.on("error", (error) => this.#failed(error));
    socket.on("close", () => this.#closed());
  }

  /** Tells the protocol that it is there. */
  begin(): void {
    outsideTask(() => this.#call("connectionMade", () => this.#protocol.connectionMade(this)));
  }

  override getExtraInfo(name: string, fallback: unknown = null): never {
    const info = { peername: this.#remote, sockname: this.#local, socket: this.#socket }[name] ?? fallback;
    return info as never;
  }

  override setProtocol(protocol: DatagramProtocol): void {
    this.#protocol = checkProtocol(protocol);
  }

  override getProtocol(): DatagramProtocol {
    return this.#protocol;
  }

  override isClosing(): boolean {
    return this.#state !== OPEN;
  }

  /** When the protocol is paused and resumed, as {@link WriteTransport.setWriteBufferLimits} of streams. */
  setWriteBufferLimits(limits?: WriteBufferLimits): void {
    this.#flow.setLimits(limits);
  }

  getWriteBufferLimits(): [low: number, high: number] {
    return this.#flow.limits();
  }

  getWriteBufferSize(): number {
    return this.#pending;
  }

  /** @throws `ValueError` for another address than that of the endpoint, and where there is none. */
  override sendto(data: Writable, address: Address | null = null): void {
    checkData(data);
    const to = this.#target(address);
    if (this.#state !== OPEN) return;
    const bytes = Buffer.from(data as Uint8Array);
    const size = bytes.length + HEADER;
    const sent = (error: Error | null) => {
      this.#pending -= size;
      if (error !== null && this.#state !== LOST) this.#failed(error);
      this.#flow.shrunk();
      if (this.#state === CLOSING && this.#pending === 0) this.abort();
    };
    if (to === null) this.#socket.send(bytes, sent);
    else this.#socket.send(bytes, to[1] as number, to[0], sent);
    this.#pending += size;
    this.#flow.grown();
  }

  override close(): void {
    if (this.#state !== OPEN) return;
    this.#state = CLOSING;
    if (this.#pending === 0) this.abort();
  }

  override abort(): void {
    if (this.#state === LOST) return;
    this.#state = LOST;
    this.#socket.close();
  }

  override toString(): string {
    const state = ["open", "closing", "closed"][this.#state];
    return `<DatagramTransport ${state} at ${showAddress(this.#local)}>`;
  }

  /** Where to send to; `null`: the socket knows. */
  #target(address: Address | null): Address | null {
    const remote = this.#remote;
    if (remote !== null) {
      if (address === null || (address[0] === remote[0] && address[1] === remote[1])) {
        return this.#isConnected ? null : remote;
      }
      throw new ValueError(`Invalid address: must be null or ${showAddress(remote)}`);
    }
    if (Array.isArray(address)) return address as Address;
    throw new ValueError(
      `sendto() of an endpoint without a remote address needs [host, port], got ${describe(address)}`,
    );
  }

  #failed(error: unknown): void {
    this.#call("errorReceived", () => this.#protocol.errorReceived(error));
  }

  #closed(): void {
    this.#state = LOST;
    this.#opened.close();
    this.#call("connectionLost", () => this.#protocol.connectionLost(null));
  }

  /** Calls the protocol. What it throws is reported, and ends the endpoint unless it is the network's fault. */
  #call(method: string, callback: () => void): void {
    if (this.#loop.isClosed()) {
      this.abort();
      return;
    }
    runInLoop(this.#loop, callback, (exception) => {
      if (isSystemError(exception)) return;
      this.#loop.callExceptionHandler({ message: `Fatal error: protocol.${method}() call failed.`, exception });
      this.abort();
    });
  }
}

/** Whom the system has `socket` talk to; `null`: anyone. */
function peerOf(socket: Socket): Address | null {
  try {
    const { address, port, family } = socket.remoteAddress();
    return addressFrom(address, port, family);
  } catch {
    return null;
  }
}
