import { Piscina } from "piscina";
import type { Meter } from "../../src/child/meters.ts";
import { jobs } from "./measured.ts";

async function inPool(n: number, meter: Meter, name: string): Promise<void> {
  const filename = new URL("./work.ts", import.meta.url).href;
  const pool = new Piscina({ filename, name, minThreads: 2, maxThreads: 2 });
  await jobs(n, meter, (i) => pool.run(i));
  await pool.destroy();
}

export const noopsInThreads = (n: number, meter: Meter) => inPool(n, meter, "noop");
export const hashesInThreads = (n: number, meter: Meter) => inPool(n, meter, "hash");
