import type { LoopContract } from "@tsyncio/contract";
import { outsideTask } from "@tsyncio/tasks";
import { type Address, showAddress } from "../addresses.js";
import { ConnectionError, isSystemError } from "../connection-error.js";
import { runInLoop } from "../in-loop.js";
import { Opened } from "../open-resource.js";
import { Outgoing } from "../outgoing.js";
import { checkProtocol, fillBuffers, isBuffered, type Protocol, type StreamProtocol } from "../protocols.js";
import type { TransportOwner } from "../socket-transport.js";
import { type SendingSide, Transport } from "../transports.js";
import type { Faults } from "./faults.js";
import { Wire, type WireEnd } from "./wire.js";

/** OPEN ──close()──▶ CLOSING, sends what was written ──▶ LOST. abort(), a reset, or the end of both sides lead there at once. */
const OPEN = 0;
const CLOSING = 1;
const LOST = 2;

/** A transport whose other end is in the same process. Behaves as one over a socket does. */
export class MemoryTransport extends Transport implements WireEnd {
  readonly #loop: LoopContract;
  readonly #names: { readonly sockname: Address; readonly peername: Address };
  readonly #owner: TransportOwner | null;
  readonly #opened: Opened;
  #protocol: StreamProtocol;
  #out!: Wire;
  #in!: Wire;
  #outgoing!: Outgoing;
  #state = OPEN;
  #paused = false;
  #eofWritten = false;
  #eofReceived = false;

  private constructor(
    loop: LoopContract,
    protocol: StreamProtocol,
    names: { sockname: Address; peername: Address },
    owner: TransportOwner | null,
  ) {
    super();
    this.#loop = loop;
    this.#protocol = protocol;
    this.#names = names;
    this.#owner = owner;
    this.#opened = new Opened(
      loop,
      "transport",
      () => this.toString(),
      () => this.#out.clear(),
    );
    owner?.attach(this);
  }

  /** Two transports, each the other end of the other. */
  static pair(
    loop: LoopContract,
    faults: Faults,
    near: { protocol: StreamProtocol; address: Address },
    far: { protocol: StreamProtocol; address: Address; owner: TransportOwner | null },
  ): [near: MemoryTransport, far: MemoryTransport] {
    const a = new MemoryTransport(loop, near.protocol, { sockname: near.address, peername: far.address }, null);
    const b = new MemoryTransport(loop, far.protocol, { sockname: far.address, peername: near.address }, far.owner);
    const there = new Wire(loop, faults, a, b);
    const back = new Wire(loop, faults, b, a);
    a.#join(there, back);
    b.#join(back, there);
    return [a, b];
  }

  /** Tells the protocol that it is connected. */
  begin(): void {
    outsideTask(() => this.#call("connectionMade", () => this.#protocol.connectionMade(this)));
  }

  override getExtraInfo(name: string, fallback: unknown = null): never {
    return ((this.#names as Record<string, unknown>)[name] ?? fallback) as never;
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

  isTaking(): boolean {
    // What still comes while it closes is read, and dropped.
    return this.#state === CLOSING || this.isReading();
  }

  override pauseReading(): void {
    if (this.#state === OPEN) this.#paused = true;
  }

  override resumeReading(): void {
    if (this.#state !== OPEN || !this.#paused) return;
    this.#paused = false;
    this.#in.resume();
  }

  protected override sending(): SendingSide {
    return this.#outgoing;
  }

  override canWriteEof(): boolean {
    return true;
  }

  override writeEof(): void {
    if (this.#state !== OPEN || this.#eofWritten) return;
    this.#eofWritten = true;
    this.#outgoing.end();
    this.#endIfDone();
  }

  override close(): void {
    if (this.#state !== OPEN) return;
    this.#state = CLOSING;
    this.#out.end();
    this.#in.resume();
    this.drained();
  }

  override abort(): void {
    if (this.#state === LOST) return;
    if (this.#in.isEmpty) this.#out.cut();
    else {
      // What was not read is lost, and the peer hears of it.
      this.#out.clear();
      this.#in.clear();
      this.#peerResets();
    }
    this.#lose(null);
  }

  isLost(): boolean {
    return this.#state === LOST;
  }

  receive(data: Buffer): void {
    if (this.#state !== OPEN) return;
    const protocol = this.#protocol;
    this.#call("dataReceived", () => {
      if (isBuffered(protocol)) this.#in.putBack(fillBuffers(this, protocol, data));
      else protocol.dataReceived(data);
    });
  }

  receiveEof(): void {
    this.#eofReceived = true;
    if (this.#state !== OPEN) return;
    this.#call("eofReceived", () => {
      if (!(this.#protocol as Protocol).eofReceived()) this.close();
    });
    this.#endIfDone();
  }

  reset(): void {
    this.#out.clear();
    this.#lose(new ConnectionError("ECONNRESET", "read ECONNRESET"));
  }

  drained(): void {
    if (this.#state === CLOSING && this.#out.writableLength === 0) this.#lose(null);
    else this.#endIfDone();
  }

  override toString(): string {
    const state = ["open", "closing", "closed"][this.#state];
    return `<MemoryTransport ${state} peer=${showAddress(this.#names.peername)}>`;
  }

  #join(out: Wire, back: Wire): void {
    this.#out = out;
    this.#in = back;
    this.#outgoing = new Outgoing(this.#loop, out, this);
  }

  /** Both sides have ended: the connection is gone. */
  #endIfDone(): void {
    if (this.#eofWritten && this.#eofReceived && this.#out.writableLength === 0) this.#lose(null);
  }

  #peerResets(): void {
    const peer = this.#in.sender as MemoryTransport;
    this.#loop.callSoon(() => peer.reset(), { context: null });
  }

  /** The connection is over. The protocol is told in the next turn, once. */
  #lose(error: unknown): void {
    if (this.#state === LOST) return;
    this.#state = LOST;
    // An end that is still on its way tells nobody anything.
    if (this.#in.isEmpty) this.#in.clear();
    const protocol = this.#protocol;
    const tell = () => {
      runInLoop(
        this.#loop,
        () => protocol.connectionLost(error),
        (exception) => this.#report("connectionLost", exception),
      );
      this.#opened.close();
      this.#owner?.detach(this);
    };
    this.#loop.callSoon(tell, { context: null });
  }

  #call(method: string, callback: () => void): void {
    runInLoop(this.#loop, callback, (exception) => {
      if (!isSystemError(exception)) this.#report(method, exception);
      this.#out.clear();
      this.#peerResets();
      this.#lose(exception);
    });
  }

  #report(method: string, exception: unknown): void {
    this.#loop.callExceptionHandler({ message: `Fatal error: protocol.${method}() call failed.`, exception });
  }
}
