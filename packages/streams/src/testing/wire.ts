import type { LoopContract, TimerHandleContract } from "@tsyncio/contract";
import type { Writable } from "../bytes.js";
import type { Sink } from "../outgoing.js";
import type { Faults } from "./faults.js";

/** The end of a wire. */
export interface WireEnd {
  /** Whether it takes what arrives. */
  isTaking(): boolean;
  /** Whether the connection is over on this side. */
  isLost(): boolean;
  receive(data: Buffer): void;
  receiveEof(): void;
  /** The network resets the connection. */
  reset(): void;
  /** The wire has taken some of what was written. */
  drained(): void;
}

/** What is on its way, and when it may arrive. */
interface Parcel {
  bytes: Buffer;
  readonly due: number;
}

/**
 * One direction of a connection. The first `capacity` bytes of what has not arrived are the network's, the others are still the sender's. What has
 * arrived waits here until the receiver reads.
 */
export class Wire implements Sink {
  readonly #loop: LoopContract;
  readonly #faults: Faults;
  /** Who writes to it. */
  readonly sender: WireEnd;
  readonly #receiver: WireEnd;
  #parcels: Parcel[] = [];
  #size = 0;
  #arrived = 0;
  /** When the latest parcel is due: no other arrives before it. */
  #latest = 0;
  /** When the next parcel arrives. */
  #timer: TimerHandleContract | null = null;
  #written: (() => void) | undefined;
  /** NONE ──end()──▶ SENT, behind all bytes ──▶ ARRIVED */
  #eof: "none" | "sent" | "arrived" = "none";

  constructor(loop: LoopContract, faults: Faults, sender: WireEnd, receiver: WireEnd) {
    this.#loop = loop;
    this.#faults = faults;
    this.sender = sender;
    this.#receiver = receiver;
  }

  /** How many bytes the sender still holds. */
  get writableLength(): number {
    return Math.max(0, this.#size - this.#faults.capacity);
  }

  /** Whether all bytes have arrived. */
  get isEmpty(): boolean {
    return this.#size === 0;
  }

  write(data: Writable, written?: () => void): void {
    // A copy: the sender may change its own from now on.
    const bytes = Buffer.from(data as Uint8Array);
    this.#size += bytes.length;
    this.#written = written ?? this.#written;
    this.#parcels.push({ bytes, due: this.#nextDue() });
    this.#schedule();
  }

  cork(): void {}
  uncork(): void {}

  end(): void {
    if (this.#eof !== "none") return;
    this.#eof = "sent";
    if (this.#receiver.isLost()) return;
    this.#parcels.push({ bytes: NOTHING, due: this.#nextDue() });
    this.#schedule();
  }

  /** Keeps what the receiver did not take until it reads again. */
  putBack(rest: Buffer | null): void {
    if (rest === null || this.#receiver.isLost()) return;
    this.#parcels.unshift({ bytes: rest, due: this.#loop.time() });
    this.#size += rest.length;
    this.#arrived -= rest.length;
  }

  /** Throws away what is still the sender's, and ends. */
  cut(): void {
    let kept = 0;
    this.#parcels = this.#parcels.filter(({ bytes }) => (kept += bytes.length) <= this.#faults.capacity);
    this.#size = this.#parcels.reduce((size, { bytes }) => size + bytes.length, 0);
    this.#eof = this.#eof === "sent" ? "none" : this.#eof;
    this.end();
  }

  /** The receiver reads again. */
  resume(): void {
    this.#schedule();
  }

  /** Throws away all that has not arrived. */
  clear(): void {
    this.#parcels = [];
    this.#size = 0;
    this.#timer?.cancel();
    this.#timer = null;
  }

  #nextDue(): number {
    this.#latest = Math.max(this.#latest, this.#loop.time() + this.#faults.latency());
    return this.#latest;
  }

  #schedule(): void {
    const [next] = this.#parcels;
    if (this.#timer !== null || next === undefined) return;
    this.#timer = this.#loop.callAt(next.due, () => this.#arrive(), { context: null });
  }

  #arrive(): void {
    this.#timer = null;
    const [next] = this.#parcels;
    if (next === undefined) return;
    const receiver = this.#receiver;
    if (receiver.isLost()) {
      this.clear();
      // As a peer that is gone answers. An end needs no answer.
      if (next.bytes.length > 0) this.sender.reset();
      return;
    }
    if (!receiver.isTaking()) return;
    if (next.bytes.length === 0) {
      this.#parcels.shift();
      this.#eof = "arrived";
      receiver.receiveEof();
      return;
    }
    this.#hand(next);
    this.#schedule();
  }

  #hand(parcel: Parcel): void {
    const faults = this.#faults;
    const length = Math.min(faults.cut(parcel.bytes.length), faults.resetAfter - this.#arrived);
    const piece = parcel.bytes.subarray(0, length);
    if (length === parcel.bytes.length) this.#parcels.shift();
    else parcel.bytes = parcel.bytes.subarray(length);
    this.#size -= length;
    this.#arrived += length;
    const isReset = faults.resets(this.#arrived);
    if (length > 0) this.#receiver.receive(piece);
    if (isReset) {
      this.#receiver.reset();
      this.sender.reset();
      return;
    }
    this.#written?.();
    this.sender.drained();
  }
}

/** The end, on its way. */
const NOTHING: Buffer = Buffer.alloc(0);
