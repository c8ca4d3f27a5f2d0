import { setTimeout as sleep } from "node:timers/promises";
import { secondsFor } from "./delay.ts";

export async function sleepers(n: number): Promise<void> {
  const delay = secondsFor(n) * 1000;
  const sleeper = async (): Promise<void> => {
    await sleep(delay);
  };
  await Promise.all(Array.from({ length: n }, sleeper));
}

export async function callbacks(n: number): Promise<void> {
  const timers = Array.from({ length: n }, (_, i) => setTimeout(() => {}, 1000 + (i % 1000)));
  for (const timer of timers) clearTimeout(timer);
}
