import { createTask, gather, sleep } from "tsyncio";

async function spin(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await sleep(0);
}

export const alone = spin;

export async function tasks(n: number): Promise<void> {
  await gather(Array.from({ length: 1000 }, () => createTask(() => spin(n / 1000))));
}
