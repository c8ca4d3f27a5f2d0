import { Effect, Semaphore } from "effect";

const workers = Effect.fnUntraced(function* (n: number, permits: number) {
  const semaphore = yield* Semaphore.make(permits);
  const worker = Effect.gen(function* () {
    for (let i = 0; i < n / 100; i++) yield* Semaphore.withPermit(semaphore, Effect.yieldNow);
  });
  yield* Effect.all(
    Array.from({ length: 100 }, () => worker),
    { concurrency: "unbounded", discard: true },
  );
});

export const free = Effect.fnUntraced(function* (n: number) {
  const lock = yield* Semaphore.make(1);
  for (let i = 0; i < n; i++) yield* Semaphore.withPermit(lock, Effect.void);
});

export const contended = (n: number): Effect.Effect<void> => workers(n, 1);
export const semaphore = (n: number): Effect.Effect<void> => workers(n, 10);
