import { Effect, Fiber } from "effect";
import { secondsFor } from "./delay.ts";

export const sleepers = Effect.fnUntraced(function* (n: number) {
  const delay = secondsFor(n) * 1000;
  const sleeper = Effect.gen(function* () {
    yield* Effect.sleep(delay);
  });
  const fibers: Fiber.Fiber<void>[] = [];
  for (let i = 0; i < n; i++) fibers.push(yield* Effect.forkChild(sleeper));
  yield* Fiber.joinAll(fibers);
});
