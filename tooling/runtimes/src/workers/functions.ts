// What the cases of executors run in workers.
import { checkCancelled, type QueueProxy, remote, report, runCoroutineThreadsafe, transfer } from "@tsyncio/executors";

export function add(a: number, b: number): number {
  return a + b;
}

export function count(until: number): number {
  for (let n = 1; n <= until; n++) report(n);
  return until;
}

export async function ask(key: string): Promise<string> {
  return runCoroutineThreadsafe<(key: string) => Promise<string>>("lookup", key);
}

export function exit(): never {
  process.exit(3);
}

export function fail(): never {
  throw new RangeError("no", { cause: new Error("why") });
}

export async function sum(queue: QueueProxy<number>): Promise<number> {
  let total = 0;
  for await (const n of queue) total += n;
  return total;
}

export function spin(): never {
  report("begun");
  for (;;) checkCancelled();
}

export function bytes(size: number): Uint8Array {
  return transfer(new Uint8Array(size).fill(7));
}

for (const fn of [add, count, ask, exit, fail, sum, spin, bytes]) remote(import.meta.url, fn);
