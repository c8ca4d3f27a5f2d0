import { promise } from "fastq";

async function workers(n: number, permits: number): Promise<void> {
  const queue = promise(async () => {
    await null;
  }, permits);
  const worker = async (): Promise<void> => {
    for (let i = 0; i < n / 100; i++) await queue.push(i);
  };
  await Promise.all(Array.from({ length: 100 }, worker));
}

export async function free(n: number): Promise<void> {
  const queue = promise(async () => {}, 1);
  for (let i = 0; i < n; i++) await queue.push(i);
}

export const contended = (n: number): Promise<void> => workers(n, 1);
export const semaphore = (n: number): Promise<void> => workers(n, 10);
