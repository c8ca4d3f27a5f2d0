import { Effect } from "effect";

const descend: (depth: number, bottom: Effect.Effect<void>) => Effect.Effect<void> = Effect.fnUntraced(
  function* (depth, bottom) {
    if (depth === 1) yield* bottom;
    else yield* descend(depth - 1, bottom);
  },
);

export const call = Effect.fnUntraced(function* (n: number) {
  const nothing = Effect.gen(function* () {});
  for (let i = 0; i < n; i++) yield* descend(10, nothing);
});

export const turns = Effect.fnUntraced(function* (n: number) {
  const bottom = Effect.gen(function* () {
    for (let i = 0; i < n; i++) yield* Effect.yieldNow;
  });
  yield* descend(10, bottom);
});
