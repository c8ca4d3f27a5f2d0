import { coroutine, gather, Queue } from "tsyncio";

const produce = coroutine(function* (n: number, queue: Queue<number>) {
  for (let i = 0; i < n; i++) yield* queue.put(i);
});

const consume = coroutine(function* (n: number, queue: Queue<number>) {
  for (let i = 0; i < n; i++) yield* queue.get();
});

const handOver = coroutine(function* (n: number, pairs: number, limit: number) {
  const queue = new Queue<number>(limit);
  const pair = () => [consume(n / pairs, queue), produce(n / pairs, queue)];
  yield* gather(Array.from({ length: pairs }, pair).flat());
});

export const alone = coroutine(function* (n: number) {
  const queue = new Queue<number>();
  for (let i = 0; i < n; i++) {
    yield* queue.put(i);
    yield* queue.get();
  }
});

export const oneToOne = (n: number) => handOver(n, 1, 0);
export const oneToOneBounded = (n: number) => handOver(n, 1, 10);
export const manyToMany = (n: number) => handOver(n, 10, 0);
export const manyToManyBounded = (n: number) => handOver(n, 10, 10);
