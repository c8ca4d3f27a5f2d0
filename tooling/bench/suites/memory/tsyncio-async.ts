import { createTask, Future, sleep } from "tsyncio";
import type { Meter } from "../../src/child/meters.ts";
import { warmUpShare } from "./share.ts";

const kept: unknown[] = [];

async function populate(n: number, meter: Meter, start: () => Promise<void>): Promise<void> {
  for (let i = 0; i < n * warmUpShare; i++) kept.push(createTask(start));
  await sleep("50ms");
  meter.begin();
  for (let i = 0; i < n; i++) kept.push(createTask(start));
  await sleep("50ms");
  meter.end();
}

export async function sleeping(n: number, meter: Meter): Promise<void> {
  await populate(n, meter, async () => {
    await sleep("1h");
  });
}

export async function waiting(n: number, meter: Meter): Promise<void> {
  await populate(n, meter, async () => {
    const reply = new Future<void>();
    kept.push(reply);
    await reply;
  });
}
