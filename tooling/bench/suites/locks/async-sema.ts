import { Sema } from "async-sema";

async function workers(n: number, permits: number): Promise<void> {
  const semaphore = new Sema(permits);
  const worker = async (): Promise<void> => {
    for (let i = 0; i < n / 100; i++) {
      await semaphore.acquire();
      await null;
      semaphore.release();
    }
  };
  await Promise.all(Array.from({ length: 100 }, worker));
}

export async function free(n: number): Promise<void> {
  const lock = new Sema(1);
  for (let i = 0; i < n; i++) {
    await lock.acquire();
    lock.release();
  }
}

export const contended = (n: number): Promise<void> => workers(n, 1);
export const semaphore = (n: number): Promise<void> => workers(n, 10);
