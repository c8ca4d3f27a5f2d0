// On the main thread: what there would be without workers.
import type { Meter } from "../../src/child/meters.ts";
import { jobs } from "./measured.ts";
import { hash, noop } from "./work.ts";

export const noopsInThreads = (n: number, meter: Meter) => jobs(n, meter, async (i) => noop(i));
export const hashesInThreads = (n: number, meter: Meter) => jobs(n, meter, async (i) => hash(i));
