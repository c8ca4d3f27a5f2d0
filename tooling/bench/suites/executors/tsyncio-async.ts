import { gather, type Job, type PoolExecutor, ProcessPoolExecutor, remote, ThreadPoolExecutor } from "tsyncio";
import type { Meter } from "../../src/child/meters.ts";

const { noop, hash } = remote<typeof import("./work.ts")>(new URL("./work.ts", import.meta.url));

async function jobs(n: number, meter: Meter, pool: PoolExecutor, fn: typeof noop): Promise<void> {
  await gather([0, 1, 2, 3].map((i) => pool.submit(fn, i)));
  meter.begin();
  const results: Job<number>[] = [];
  for (let i = 0; i < n; i++) results.push(pool.submit(fn, i));
  await gather(results);
  meter.end();
  await pool.shutdown();
}

export const noopsInThreads = (n: number, meter: Meter) => jobs(n, meter, new ThreadPoolExecutor(2), noop);
export const hashesInThreads = (n: number, meter: Meter) => jobs(n, meter, new ThreadPoolExecutor(2), hash);
export const noopsInProcesses = (n: number, meter: Meter) => jobs(n, meter, new ProcessPoolExecutor(2), noop);
export const hashesInProcesses = (n: number, meter: Meter) => jobs(n, meter, new ProcessPoolExecutor(2), hash);
