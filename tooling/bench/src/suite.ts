import type { MeterName } from "./child/meters.ts";
import type { PeerName, Syntax } from "./contenders.ts";

/** A folder of `suites/`, with one file of programs for each peer and each syntax of tsyncio. */
export interface Suite {
  readonly name: string;
  readonly about: string;
  /** A program of this machine's without which it is left out. */
  readonly needs?: { readonly program: string; readonly isThere: boolean };
  readonly cases: readonly Case[];
}

/** One program, written by everyone who takes part. */
export interface Case {
  readonly name: string;
  readonly unit: string;
  readonly meter: MeterName;
  /** The name under which each file exports it. */
  readonly program: string;
  /** How many units one run is made of; every tenth of it is a round number. */
  readonly n: number;
  /** A smaller n for peers that would take minutes. */
  readonly fewer?: Readonly<Partial<Record<PeerName, number>>>;
  /** tsyncio's rows. */
  readonly ours: readonly Variant[];
  readonly peers: readonly PeerName[];
  /** One run in one round and no warming up: for what takes many seconds. */
  readonly once?: boolean;
}

export interface Variant {
  readonly label: string;
  readonly syntax: Syntax;
  /** Where it differs from the case's. */
  readonly program?: string;
}
