import { Queue } from "tsyncio";

async function handOver(n: number, pairs: number, limit: number): Promise<void> {
  const queue = new Queue<number>(limit);
  const produce = async (): Promise<void> => {
    for (let i = 0; i < n / pairs; i++) await queue.put(i);
  };
  const consume = async (): Promise<void> => {
    for (let i = 0; i < n / pairs; i++) await queue.get();
  };
  await Promise.all(Array.from({ length: pairs }, () => [consume(), produce()]).flat());
}

export async function alone(n: number): Promise<void> {
  const queue = new Queue<number>();
  for (let i = 0; i < n; i++) {
    await queue.put(i);
    await queue.get();
  }
}

export const oneToOne = (n: number): Promise<void> => handOver(n, 1, 0);
export const oneToOneBounded = (n: number): Promise<void> => handOver(n, 1, 10);
export const manyToMany = (n: number): Promise<void> => handOver(n, 10, 0);
export const manyToManyBounded = (n: number): Promise<void> => handOver(n, 10, 10);
