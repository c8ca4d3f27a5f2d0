import { AssertionError } from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

type Globals = { Bun?: { gc(force: boolean): void }; gc?: () => void };

/** Collects all that nobody holds. */
export async function collectGarbage(): Promise<void> {
  const collect = collector();
  // A reference that was read in this turn of the host counts as held until the next one.
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    collect();
  }
}

/** The bytes that are held on the heap. */
async function heapUsed(): Promise<number> {
  await collectGarbage();
  return process.memoryUsage().heapUsed;
}

/**
 * Checks that `work` leaves the heap within `limit` bytes of before. It may take a second or third time: what the engine makes once (compiled
 * code) comes when it likes, what leaks comes every time.
 */
export async function checkHeap(limit: number, work: () => Promise<unknown>): Promise<void> {
  const growths: number[] = [];
  for (let time = 0; time < 3; time++) {
    const before = await heapUsed();
    await work();
    growths.push((await heapUsed()) - before);
    if (growths[time]! < limit) return;
  }
  throw new AssertionError({ message: `the heap grew by ${growths.join(", ")} bytes` });
}

function collector(): () => void {
  const { Bun, gc } = globalThis as Globals;
  if (Bun !== undefined) return () => Bun.gc(true);
  if (gc !== undefined) return gc;
  // The test runner starts Node without --expose-gc.
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
