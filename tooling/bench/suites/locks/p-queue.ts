import PQueue from "p-queue";

async function workers(n: number, concurrency: number): Promise<void> {
  const queue = new PQueue({ concurrency });
  const worker = async (): Promise<void> => {
    for (let i = 0; i < n / 100; i++) {
      await queue.add(async () => {
        await null;
      });
    }
  };
  await Promise.all(Array.from({ length: 100 }, worker));
}

export async function free(n: number): Promise<void> {
  const queue = new PQueue({ concurrency: 1 });
  for (let i = 0; i < n; i++) await queue.add(async () => {});
}

export const contended = (n: number): Promise<void> => workers(n, 1);
export const semaphore = (n: number): Promise<void> => workers(n, 10);
