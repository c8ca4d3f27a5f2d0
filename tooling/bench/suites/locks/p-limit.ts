import pLimit from "p-limit";

async function workers(n: number, permits: number): Promise<void> {
  const limit = pLimit(permits);
  const worker = async (): Promise<void> => {
    for (let i = 0; i < n / 100; i++) {
      await limit(async () => {
        await null;
      });
    }
  };
  await Promise.all(Array.from({ length: 100 }, worker));
}

export async function free(n: number): Promise<void> {
  const limit = pLimit(1);
  for (let i = 0; i < n; i++) await limit(async () => {});
}

export const contended = (n: number): Promise<void> => workers(n, 1);
export const semaphore = (n: number): Promise<void> => workers(n, 10);
