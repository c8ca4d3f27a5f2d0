import { Lock, Semaphore } from "tsyncio";

async function workers(n: number, lock: Lock | Semaphore): Promise<void> {
  const worker = async (): Promise<void> => {
    for (let i = 0; i < n / 100; i++) {
      await lock.acquire();
      await null;
      lock.release();
    }
  };
  await Promise.all(Array.from({ length: 100 }, worker));
}

export async function free(n: number): Promise<void> {
  const lock = new Lock();
  for (let i = 0; i < n; i++) {
    await lock.acquire();
    lock.release();
  }
}

export const contended = (n: number): Promise<void> => workers(n, new Lock());
export const semaphore = (n: number): Promise<void> => workers(n, new Semaphore(10));
