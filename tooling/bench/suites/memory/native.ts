import { setTimeout as sleep } from "node:timers/promises";
import type { Meter } from "../../src/child/meters.ts";
import { warmUpShare } from "./share.ts";

const hour = 3_600_000;
const kept: unknown[] = [];

async function populate(n: number, meter: Meter, start: () => unknown): Promise<void> {
  for (let i = 0; i < n * warmUpShare; i++) kept.push(start());
  await sleep(50);
  meter.begin();
  for (let i = 0; i < n; i++) kept.push(start());
  await sleep(50);
  meter.end();
}

export async function sleeping(n: number, meter: Meter): Promise<void> {
  const sleeper = async (): Promise<void> => {
    await sleep(hour);
  };
  await populate(n, meter, sleeper);
}

export async function waiting(n: number, meter: Meter): Promise<void> {
  const waiter = async (reply: Promise<void>): Promise<void> => {
    await reply;
  };
  await populate(n, meter, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    kept.push(resolve);
    return waiter(promise);
  });
}
