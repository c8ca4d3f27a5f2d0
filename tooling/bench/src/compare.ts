import { type PeerName, peerNames } from "./contenders.ts";
import type { Row } from "./rows.ts";
import { ratio } from "./statistics.ts";

/** A ratio to a peer that was better when the results were recorded. */
export interface Loss {
  readonly suite: string;
  readonly case: string;
  readonly peer: PeerName;
  readonly was: number;
  readonly is: number;
}

/** More than this much worse is no noise. */
export const tolerance = 0.15;

/** The ratios that got worse: ratios, for they depend less on the machine than the times do. */
export function losses(recorded: readonly Row[], measured: readonly Row[]): Loss[] {
  return measured.flatMap((now) => {
    const then = recorded.find((row) => row.suite === now.suite && row.case === now.case);
    return then === undefined ? [] : lossesOf(then, now);
  });
}

function lossesOf(then: Row, now: Row): Loss[] {
  return peerNames.flatMap((peer) => {
    const was = ratioTo(then, peer);
    const is = ratioTo(now, peer);
    if (was === null || is === null || is <= was * (1 + tolerance)) return [];
    return [{ suite: now.suite, case: now.case, peer, was, is }];
  });
}

function ratioTo(row: Row, peer: PeerName): number | null {
  const theirs = row.peers[peer];
  return row.tsyncio === null || theirs === undefined ? null : ratio(row.tsyncio, theirs);
}
