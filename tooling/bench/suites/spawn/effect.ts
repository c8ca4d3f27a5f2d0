import { Effect, Fiber } from "effect";

const child = Effect.fnUntraced(function* (value: number) {
  return value;
});

export const join = Effect.fnUntraced(function* (n: number) {
  const children: Fiber.Fiber<number>[] = [];
  for (let i = 0; i < n; i++) children.push(yield* Effect.forkChild(child(i)));
  yield* Fiber.joinAll(children);
});
