import { promise } from "fastq";

/** It calls its consumers: so many at a time. A producer that may not run ahead waits for its item to be done. */
async function handOver(n: number, pairs: number, limit: number): Promise<void> {
  const queue = promise(async () => {}, pairs);
  const produce = async (): Promise<void> => {
    for (let i = 0; i < n / pairs; i++) {
      const done = queue.push(i);
      // It counts them each time it is asked.
      if (limit < Number.POSITIVE_INFINITY && queue.length() >= limit) await done;
    }
  };
  await Promise.all(Array.from({ length: pairs }, produce));
  await queue.drained();
}

export const oneToOne = (n: number): Promise<void> => handOver(n, 1, Number.POSITIVE_INFINITY);
export const oneToOneBounded = (n: number): Promise<void> => handOver(n, 1, 10);
export const manyToMany = (n: number): Promise<void> => handOver(n, 10, Number.POSITIVE_INFINITY);
export const manyToManyBounded = (n: number): Promise<void> => handOver(n, 10, 10);
