import type { Address } from "./addresses.js";
import type { Writable } from "./bytes.js";
import type { ExtraInfo } from "./extra-info.js";
import type { BaseProtocol, DatagramProtocol, StreamProtocol } from "./protocols.js";

/** What all transports have (`asyncio.BaseTransport`). A transport of another kind extends one of these classes. */
export class BaseTransport<P = BaseProtocol<never>> {
  /** What is known of the connection under `name`; `fallback` where nothing is. */
  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | null;
  getExtraInfo<K extends keyof ExtraInfo, D>(name: K, fallback: D): ExtraInfo[K] | D;
  getExtraInfo(name: string, fallback?: unknown): unknown;
  getExtraInfo(_name: string, fallback: unknown = null): unknown {
    return fallback;
  }

  /** Whether it is closed, or about to be. */
  isClosing(): boolean {
    return lacking("isClosing");
  }

  /** Closes it when what was written is sent. Nothing is received any more. The protocol's `connectionLost(null)` follows. */
  close(): void {
    lacking("close");
  }

  /** Has another protocol receive what comes from now on. */
  setProtocol(_protocol: P): void {
    lacking("setProtocol");
  }

  getProtocol(): P {
    return lacking("getProtocol");
  }
}

/** What receives (`asyncio.ReadTransport`). */
export class ReadTransport<P = StreamProtocol> extends BaseTransport<P> {
  /** Whether it hands on what arrives. */
  isReading(): boolean {
    return lacking("isReading");
  }

  /** Hands nothing on until {@link resumeReading}. The peer is stopped when the buffers of the systems are full. */
  pauseReading(): void {
    lacking("pauseReading");
  }

  resumeReading(): void {
    lacking("resumeReading");
  }
}

/** How {@link WriteTransport.setWriteBufferLimits} is told its limits, in bytes. */
export interface WriteBufferLimits {
  /** Above it the protocol is paused. Left out: four times `low`, or 64 KiB. */
  high?: number | null | undefined;
  /** At or below it the protocol is resumed. Left out: a quarter of `high`. */
  low?: number | null | undefined;
}

/** What a transport sends through: it holds what the system has not taken yet. */
export interface SendingSide {
  setLimits(limits: WriteBufferLimits | undefined): void;
  limits(): [low: number, high: number];
  getWriteBufferSize(): number;
  write(data: Writable): void;
  writelines(data: Iterable<Writable>): void;
}

/** What sends (`asyncio.WriteTransport`): through its {@link sending} side, or in a way of its own. */
export class WriteTransport<P = StreamProtocol> extends BaseTransport<P> {
  /**
   * Sets when the protocol is paused and resumed.
   * @throws `ValueError` unless `high >= low >= 0`.
   */
  setWriteBufferLimits(limits?: WriteBufferLimits): void {
    this.sending("setWriteBufferLimits").setLimits(limits);
  }

  /** How many bytes are written and not handed to the system yet. */
  getWriteBufferSize(): number {
    return this.sending("getWriteBufferSize").getWriteBufferSize();
  }

  /** The limits: `[low, high]`. */
  getWriteBufferLimits(): [low: number, high: number] {
    return this.sending("getWriteBufferLimits").limits();
  }

  /** Sends `data`, now or when the peer takes it. It may not be changed until then. */
  write(data: Writable): void {
    this.sending("write").write(data);
  }

  /** Sends several pieces at once. */
  writelines(data: Iterable<Writable>): void {
    this.sending("writelines").writelines(data);
  }

  /** Ends the sending side when what was written is sent. Receiving goes on. */
  writeEof(): void {
    lacking("writeEof");
  }

  canWriteEof(): boolean {
    return lacking("canWriteEof");
  }

  /** Closes it at once. What was written and not sent is lost. The protocol's `connectionLost(null)` follows. */
  abort(): void {
    lacking("abort");
  }

  /** What it sends through. `method`: for the error where there is nothing. */
  protected sending(method: string): SendingSide {
    return lacking(method);
  }
}

/** What sends and receives a stream of bytes (`asyncio.Transport`). */
export class Transport<P = StreamProtocol> extends WriteTransport<P> implements ReadTransport<P> {
  isReading(): boolean {
    return lacking("isReading");
  }

  pauseReading(): void {
    lacking("pauseReading");
  }

  resumeReading(): void {
    lacking("resumeReading");
  }
}

/** What sends and receives datagrams (`asyncio.DatagramTransport`). */
export class DatagramTransport extends BaseTransport<DatagramProtocol> {
  /** Sends `data` to `address`; left out: to the remote address of the endpoint. */
  sendto(_data: Writable, _address?: Address | null): void {
    lacking("sendto");
  }

  /** Closes it at once. What was not sent is lost. The protocol's `connectionLost(null)` follows. */
  abort(): void {
    lacking("abort");
  }
}

/** A method that the kind of transport at hand has not. */
function lacking(method: string): never {
  throw new Error(`this transport has no ${method}()`);
}
