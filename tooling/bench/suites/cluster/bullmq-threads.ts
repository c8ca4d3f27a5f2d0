// Each job in a thread of the worker's.
import type { Meter } from "../../src/child/meters.ts";
import { jobs } from "./bullmq-jobs.ts";

export const noops = (n: number, meter: Meter) => jobs(n, meter, "noop", "threads");
export const hashes = (n: number, meter: Meter) => jobs(n, meter, "hash", "threads");
