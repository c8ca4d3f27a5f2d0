import { Effect, Queue } from "effect";

const handOver = Effect.fnUntraced(function* (n: number, pairs: number, limit: number) {
  const queue = yield* limit === Number.POSITIVE_INFINITY ? Queue.unbounded<number>() : Queue.bounded<number>(limit);
  const produce = Effect.gen(function* () {
    for (let i = 0; i < n / pairs; i++) yield* Queue.offer(queue, i);
  });
  const consume = Effect.gen(function* () {
    for (let i = 0; i < n / pairs; i++) yield* Queue.take(queue);
  });
  yield* Effect.all(Array.from({ length: pairs }, () => [consume, produce]).flat(), {
    concurrency: "unbounded",
    discard: true,
  });
});

export const alone = Effect.fnUntraced(function* (n: number) {
  const queue = yield* Queue.unbounded<number>();
  for (let i = 0; i < n; i++) {
    yield* Queue.offer(queue, i);
    yield* Queue.take(queue);
  }
});

export const oneToOne = (n: number): Effect.Effect<void> => handOver(n, 1, Number.POSITIVE_INFINITY);
export const oneToOneBounded = (n: number): Effect.Effect<void> => handOver(n, 1, 10);
export const manyToMany = (n: number): Effect.Effect<void> => handOver(n, 10, Number.POSITIVE_INFINITY);
export const manyToManyBounded = (n: number): Effect.Effect<void> => handOver(n, 10, 10);
