import { Mutex, Semaphore } from "async-mutex";

export async function free(n: number): Promise<void> {
  const lock = new Mutex();
  for (let i = 0; i < n; i++) {
    const release = await lock.acquire();
    release();
  }
}

export async function contended(n: number): Promise<void> {
  const lock = new Mutex();
  const worker = async (): Promise<void> => {
    for (let i = 0; i < n / 100; i++) {
      const release = await lock.acquire();
      await null;
      release();
    }
  };
  await Promise.all(Array.from({ length: 100 }, worker));
}

export async function semaphore(n: number): Promise<void> {
  const ten = new Semaphore(10);
  const worker = async (): Promise<void> => {
    for (let i = 0; i < n / 100; i++) {
      const [, release] = await ten.acquire();
      await null;
      release();
    }
  };
  await Promise.all(Array.from({ length: 100 }, worker));
}
