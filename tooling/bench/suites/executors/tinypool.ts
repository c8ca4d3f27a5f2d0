import { Tinypool } from "tinypool";
import type { Meter } from "../../src/child/meters.ts";
import { jobs } from "./measured.ts";

async function inPool(n: number, meter: Meter, name: string): Promise<void> {
  const filename = new URL("./work.ts", import.meta.url).href;
  const env = process.env as Record<string, string>;
  const pool = new Tinypool({ filename, name, runtime: "child_process", minThreads: 2, maxThreads: 2, env });
  await jobs(n, meter, (i) => pool.run(i));
  await pool.destroy();
}

export const noopsInProcesses = (n: number, meter: Meter) => inPool(n, meter, "noop");
export const hashesInProcesses = (n: number, meter: Meter) => inPool(n, meter, "hash");
