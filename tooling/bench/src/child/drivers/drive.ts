import type { Meter } from "../meters.ts";

/** A program of a suite: what it returns is what the peer's runner takes. */
export type Program = (n: number, meter: Meter) => unknown;

/** Runs a program to its end, the way the peer's users start theirs. */
export type Drive = (program: Program, n: number, meter: Meter) => Promise<unknown>;
