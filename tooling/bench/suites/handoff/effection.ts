import { type Operation, spawn, withResolvers } from "effection";

export function* backAndForth(n: number): Operation<void> {
  const rounds = n / 2;
  let there = withResolvers<number>();
  let back = withResolvers<number>();
  const left = yield* spawn(function* () {
    for (let i = 0; i < rounds; i++) {
      yield* there.operation;
      there = withResolvers();
      back.resolve(i);
    }
  });
  const right = yield* spawn(function* () {
    for (let i = 0; i < rounds; i++) {
      there.resolve(i);
      yield* back.operation;
      back = withResolvers();
    }
  });
  yield* left;
  yield* right;
}
