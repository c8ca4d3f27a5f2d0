import { Deferred, Effect, Fiber } from "effect";

export const backAndForth = Effect.fnUntraced(function* (n: number) {
  const rounds = n / 2;
  let there = yield* Deferred.make<number>();
  let back = yield* Deferred.make<number>();
  const left = Effect.gen(function* () {
    for (let i = 0; i < rounds; i++) {
      yield* Deferred.await(there);
      there = yield* Deferred.make<number>();
      yield* Deferred.succeed(back, i);
    }
  });
  const right = Effect.gen(function* () {
    for (let i = 0; i < rounds; i++) {
      yield* Deferred.succeed(there, i);
      yield* Deferred.await(back);
      back = yield* Deferred.make<number>();
    }
  });
  yield* Fiber.joinAll([yield* Effect.forkChild(left), yield* Effect.forkChild(right)]);
});
