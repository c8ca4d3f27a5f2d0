import { describe, RuntimeError } from "@tsyncio/contract";
import type { Address } from "./addresses.js";
import type { BaseTransport, DatagramTransport, Transport } from "./transports.js";

/** What every protocol has: the life of a connection and the flow of what is written (`asyncio.BaseProtocol`). Its methods do nothing. */
export class BaseProtocol<T extends BaseTransport = BaseTransport> {
  /** The connection is there. */
  connectionMade(_transport: T): void {}

  /** The connection is gone: with an error, or `null` after a proper end or `close()`. Called once, if {@link connectionMade} was. */
  connectionLost(_error: unknown): void {}

  /** The transport's buffer holds more than the high-water mark: write no more for now. */
  pauseWriting(): void {}

  /** The buffer has drained to the low-water mark. */
  resumeWriting(): void {}
}

/** What receives the bytes of a connection (`asyncio.Protocol`). */
export class Protocol extends BaseProtocol<Transport> {
  /** Something has arrived. */
  dataReceived(_data: Buffer): void {}

  /** The peer sends no more. `true` keeps the connection open for writing; else it is closed. */
  eofReceived(): boolean | void {}
}

/** What receives the bytes of a connection in buffers of its own (`asyncio.BufferedProtocol`). */
export class BufferedProtocol extends BaseProtocol<Transport> {
  /**
   * A buffer for what arrives next, of any size above 0.
   * @param _sizeHint - how much may come; -1: not known
   */
  getBuffer(_sizeHint: number): Uint8Array {
    throw new Error("a BufferedProtocol needs a getBuffer() of its own");
  }

  /** So many bytes have arrived in the buffer that {@link getBuffer} gave last. */
  bufferUpdated(_nbytes: number): void {}

  /** The peer sends no more. `true` keeps the connection open for writing; else it is closed. */
  eofReceived(): boolean | void {}
}

/** What receives datagrams (`asyncio.DatagramProtocol`). */
export class DatagramProtocol extends BaseProtocol<DatagramTransport> {
  /** A datagram has arrived. */
  datagramReceived(_data: Buffer, _address: Address): void {}

  /** Sending or receiving failed; the endpoint goes on. */
  errorReceived(_error: unknown): void {}
}

/** What a stream transport may serve. */
export type StreamProtocol = Protocol | BufferedProtocol;

/** Refuses what is no protocol: there would be nobody to tell of the end of the connection. */
export function checkProtocol<P>(protocol: P): P {
  if (typeof (protocol as Partial<BaseProtocol> | null)?.connectionLost === "function") return protocol;
  throw new TypeError(`a protocol was expected, got ${describe(protocol)}`);
}

/** Whether a protocol brings its own buffers. Told by its methods, so that it need not extend our class. */
export function isBuffered(protocol: StreamProtocol): protocol is BufferedProtocol {
  return typeof (protocol as Partial<BufferedProtocol>).getBuffer === "function";
}

/** A transport, as what hands on for it sees it. */
interface Receiving {
  getProtocol(): StreamProtocol;
  isReading(): boolean;
}

/**
 * Copies `data` into the buffers of `protocol`, for as long as it is that of `transport`; the next one gets the rest. Gives what is left when the
 * transport reads no more: it is paused, or closed.
 */
export function fillBuffers(transport: Receiving, protocol: BufferedProtocol, data: Buffer): Buffer | null {
  for (let done = 0; ; ) {
    const buffer = protocol.getBuffer(data.length - done);
    if (buffer.length === 0) throw new RuntimeError("getBuffer() returned an empty buffer");
    const copied = data.copy(buffer, 0, done);
    done += copied;
    protocol.bufferUpdated(copied);
    if (done === data.length) return null;
    const rest = data.subarray(done);
    if (!transport.isReading()) return rest;
    const next = transport.getProtocol();
    if (next === protocol) continue;
    if (isBuffered(next)) return fillBuffers(transport, next, rest);
    next.dataReceived(rest);
    return null;
  }
}
