import { Effect, Fiber } from "effect";

const spin = Effect.fnUntraced(function* (turns: number) {
  for (let i = 0; i < turns; i++) yield* Effect.yieldNow;
});

export const alone = spin;

export const tasks = Effect.fnUntraced(function* (n: number) {
  const fibers: Fiber.Fiber<void>[] = [];
  for (let i = 0; i < 1000; i++) fibers.push(yield* Effect.forkChild(spin(n / 1000)));
  yield* Fiber.joinAll(fibers);
});
