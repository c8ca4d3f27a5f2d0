import { type Delay, describe, type OptionNames, parseDelay, ValueError } from "@tsyncio/contract";

/** What goes wrong on a fake network. All of it follows from the seed. */
export interface FaultOptions {
  /** Where the random numbers begin. Default 1. */
  seed?: number | undefined;
  /**
   * How long bytes are on their way: a delay, or the shortest and the longest of random ones. Bytes of one direction never overtake each other;
   * those of different connections do. Default 0: one turn of the loop.
   */
  latency?: Delay | readonly [shortest: Delay, longest: Delay] | undefined;
  /** Whether what is written arrives in random pieces. Default `false`. */
  partialReads?: boolean | undefined;
  /** A connection is reset when so many bytes have arrived over it, in either direction. Left out: never. */
  resetAfter?: number | undefined;
  /** How likely a connection is reset with each piece that arrives, from 0 to 1. Default 0. */
  resetProbability?: number | undefined;
  /** How many bytes the network itself holds for a receiver that does not read, in each direction. Default 64 KiB. */
  capacity?: number | undefined;
}

export const FAULT_OPTIONS: OptionNames<FaultOptions> = {
  seed: true,
  latency: true,
  partialReads: true,
  resetAfter: true,
  resetProbability: true,
  capacity: true,
};

/** Draws what goes wrong. */
export class Faults {
  readonly capacity: number;
  readonly resetAfter: number;
  readonly #shortest: number;
  readonly #longest: number;
  readonly #partialReads: boolean;
  readonly #resetProbability: number;
  #state: number;

  constructor(options: FaultOptions = {}) {
    const { seed = 1, latency = 0, partialReads = false, resetAfter, resetProbability = 0, capacity } = options;
    if (!Number.isInteger(seed)) throw new ValueError(`seed must be a whole number, got ${describe(seed)}`);
    if (!(resetProbability >= 0 && resetProbability <= 1)) {
      throw new ValueError(`resetProbability must be from 0 to 1, got ${describe(resetProbability)}`);
    }
    for (const [name, value] of Object.entries({ resetAfter, capacity })) {
      if (value === undefined || (typeof value === "number" && value >= 0)) continue;
      throw new ValueError(`${name} must be a number of bytes that is not negative, got ${describe(value)}`);
    }
    const [shortest, longest] = Array.isArray(latency) ? (latency as [Delay, Delay]) : [latency, latency];
    this.#shortest = parseDelay(shortest as Delay, "latency");
    this.#longest = parseDelay(longest as Delay, "latency");
    if (!(this.#shortest >= 0 && this.#longest >= this.#shortest)) {
      throw new ValueError(
        `latency must not be negative, and the longest not below the shortest, got ${describe(latency)}`,
      );
    }
    this.#partialReads = partialReads;
    this.#resetProbability = resetProbability;
    this.resetAfter = resetAfter ?? Number.POSITIVE_INFINITY;
    this.capacity = capacity ?? 64 * 1024;
    this.#state = seed | 0;
  }

  /** How long the next bytes are on their way, in seconds. */
  latency(): number {
    const spread = this.#longest - this.#shortest;
    return spread === 0 ? this.#shortest : this.#shortest + spread * this.#random();
  }

  /** How many of `length` bytes arrive at once. */
  cut(length: number): number {
    return this.#partialReads ? 1 + Math.floor(this.#random() * length) : length;
  }

  /** Whether the connection is reset now, when `arrived` bytes have come over it in one direction. */
  resets(arrived: number): boolean {
    return arrived >= this.resetAfter || (this.#resetProbability > 0 && this.#random() < this.#resetProbability);
  }

  /** A number from 0 to 1, by mulberry32: small, and the same everywhere. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  }
}
