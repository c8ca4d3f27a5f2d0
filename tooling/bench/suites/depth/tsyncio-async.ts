import { sleep } from "tsyncio";

async function descend(depth: number, bottom: () => Promise<void>): Promise<void> {
  if (depth === 1) await bottom();
  else await descend(depth - 1, bottom);
}

export async function call(n: number): Promise<void> {
  const nothing = async (): Promise<void> => {};
  for (let i = 0; i < n; i++) await descend(10, nothing);
}

export async function turns(n: number): Promise<void> {
  await descend(10, async () => {
    for (let i = 0; i < n; i++) await sleep(0);
  });
}
