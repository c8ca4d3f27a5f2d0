import { Effect, Fiber } from "effect";
import type { Meter } from "../../src/child/meters.ts";

const sleeper = Effect.gen(function* () {
  yield* Effect.sleep("1 hour");
});

export const sleepers = Effect.fnUntraced(function* (n: number, meter: Meter) {
  const fibers: Fiber.Fiber<void>[] = [];
  for (let i = 0; i < n; i++) fibers.push(yield* Effect.forkChild(sleeper));
  yield* Effect.sleep(1);
  meter.begin();
  yield* Fiber.interruptAll(fibers);
});
