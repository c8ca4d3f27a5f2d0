// Jobs run on the worker's main thread, one after the other.
import type { Meter } from "../../src/child/meters.ts";
import { jobs } from "./bullmq-jobs.ts";

export const noops = (n: number, meter: Meter) => jobs(n, meter, "noop", "here");
export const hashes = (n: number, meter: Meter) => jobs(n, meter, "hash", "here");
