// On the main thread: what there would be without workers.
import type { Meter } from "../../src/child/meters.ts";
import { jobs } from "./measured.ts";
import { hash, noop } from "./work.ts";

const noops = (n: number, meter: Meter) => jobs(n, meter, async (i) => noop(i));
const hashes = (n: number, meter: Meter) => jobs(n, meter, async (i) => hash(i));

export { hashes as hashesInProcesses, hashes as hashesInThreads, noops as noopsInProcesses, noops as noopsInThreads };
