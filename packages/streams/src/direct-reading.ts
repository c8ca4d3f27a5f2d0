import type { OnReadOpts, Socket, SocketConstructorOpts } from "node:net";
import { type BufferedProtocol, fillBuffers, isBuffered, type StreamProtocol } from "./protocols.js";

/** A transport, as what reads for it sees it. */
interface Reading {
  getProtocol(): StreamProtocol;
  isReading(): boolean;
  /** Keeps what it does not read for now. */
  keep(rest: Buffer | null): void;
  /** Hands on what has arrived, as one callback of the loop. */
  arrived(hand: () => void): void;
}

/**
 * Where bytes arrive that no protocol has a buffer for. One for all sockets: what arrives is copied before another socket is read. It is never given
 * away, for every socket that read into it last will read into it next.
 */
let shared: Buffer | null = null;
const SIZE = 64 * 1024;
/** A socket where so many bytes came at once reads into a buffer of its own next, which is handed on without a copy. */
const MUCH = 16 * 1024;

/**
 * Reads a socket of a client into buffers of ours, past the host's own stream of it: those of a `BufferedProtocol`, without a copy, and for other
 * protocols one that all sockets share. What arrives before there is a transport waits here, and the socket is stopped.
 */
export class DirectReading {
  static readonly #all = new WeakMap<Socket, DirectReading>();

  /** What reads `socket`, if it was made for that. */
  static of(socket: Socket): DirectReading | null {
    return DirectReading.#all.get(socket) ?? null;
  }

  /** A socket of the host that is read like this. */
  static socket(Socket: new (options: SocketConstructorOpts) => Socket): Socket {
    const reading = new DirectReading();
    const socket = new Socket({ allowHalfOpen: true, onread: reading.#onread });
    DirectReading.#all.set(socket, reading);
    return socket;
  }

  #transport: Reading | null = null;
  #early: Buffer | null = null;
  /** Whose buffer the socket reads into. */
  #lender: BufferedProtocol | null = null;
  /** Whether the transport keeps bytes that go into the protocol's buffers first: none is borrowed meanwhile. */
  #isKept = false;
  /** A buffer that this socket alone reads into, while much arrives. */
  #own: Buffer | null = null;

  readonly #onread: OnReadOpts = {
    buffer: () => this.#nextBuffer(),
    callback: (nbytes, buffer) => this.#read(nbytes, buffer as Buffer),
  };

  /** There is a transport now. Hands on what came before it. */
  start(transport: Reading): void {
    this.#transport = transport;
    const early = this.#early;
    this.#early = null;
    if (early === null) return;
    if (transport.isReading()) transport.arrived(() => this.#hand(transport, early));
    else transport.keep(early);
  }

  /** There is none any more. */
  stop(): void {
    this.#transport = null;
  }

  #nextBuffer(): Uint8Array {
    const transport = this.#transport;
    const protocol = transport?.getProtocol();
    this.#lender = null;
    const isKept = this.#isKept;
    this.#isKept = false;
    if (transport != null && !isKept && protocol !== undefined && isBuffered(protocol)) {
      let lent: Uint8Array | undefined;
      transport.arrived(() => {
        lent = protocol.getBuffer(-1);
      });
      if (lent !== undefined && lent.length > 0) {
        this.#lender = protocol;
        return lent;
      }
    }
    shared ??= Buffer.allocUnsafeSlow(SIZE);
    return this.#own ?? shared;
  }

  #read(nbytes: number, buffer: Buffer): boolean {
    const transport = this.#transport;
    const lender = this.#lender;
    if (transport !== null && lender !== null && transport.getProtocol() === lender) {
      transport.arrived(() => lender.bufferUpdated(nbytes));
      return true;
    }
    const data = this.#keep(nbytes, buffer);
    if (transport === null) {
      this.#early = data;
      return false;
    }
    transport.arrived(() => this.#hand(transport, data));
    return true;
  }

  /** What has arrived, in a buffer that nothing else arrives in. */
  #keep(nbytes: number, buffer: Buffer): Buffer {
    const isMuch = nbytes >= MUCH;
    const data = buffer.subarray(0, nbytes);
    const kept = isMuch && buffer === this.#own ? data : Buffer.from(data);
    this.#own = isMuch ? Buffer.allocUnsafeSlow(SIZE) : null;
    return kept;
  }

  #hand(transport: Reading, data: Buffer): void {
    const protocol = transport.getProtocol();
    if (!isBuffered(protocol)) {
      protocol.dataReceived(data);
      return;
    }
    const rest = fillBuffers(transport, protocol, data);
    this.#isKept = rest !== null;
    transport.keep(rest);
  }
}
