import PQueue from "p-queue";

/** It calls its consumers: so many at a time. */
async function handOver(n: number, pairs: number, limit: number): Promise<void> {
  const queue = new PQueue({ concurrency: pairs });
  const produce = async (): Promise<void> => {
    for (let i = 0; i < n / pairs; i++) {
      if (queue.size >= limit) await queue.onSizeLessThan(limit);
      void queue.add(async () => {});
    }
  };
  await Promise.all(Array.from({ length: pairs }, produce));
  await queue.onIdle();
}

export const oneToOne = (n: number): Promise<void> => handOver(n, 1, Number.POSITIVE_INFINITY);
export const oneToOneBounded = (n: number): Promise<void> => handOver(n, 1, 10);
export const manyToMany = (n: number): Promise<void> => handOver(n, 10, Number.POSITIVE_INFINITY);
export const manyToManyBounded = (n: number): Promise<void> => handOver(n, 10, 10);
