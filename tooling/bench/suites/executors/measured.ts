import type { Meter } from "../../src/child/meters.ts";

/** Has `submit` do `n` jobs at once, and measures that: workers that have started, until all results are there. */
export async function jobs(n: number, meter: Meter, submit: (n: number) => PromiseLike<unknown>): Promise<void> {
  await Promise.all([submit(0), submit(1), submit(2), submit(3)]);
  meter.begin();
  const results: PromiseLike<unknown>[] = [];
  for (let i = 0; i < n; i++) results.push(submit(i));
  await Promise.all(results);
  meter.end();
}
