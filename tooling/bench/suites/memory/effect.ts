import { Deferred, Effect } from "effect";
import type { Meter } from "../../src/child/meters.ts";
import { warmUpShare } from "./share.ts";

const kept: unknown[] = [];

const populate = Effect.fnUntraced(function* (n: number, meter: Meter, start: () => Effect.Effect<void>) {
  for (let i = 0; i < n * warmUpShare; i++) kept.push(yield* Effect.forkChild(start()));
  yield* Effect.sleep(50);
  meter.begin();
  for (let i = 0; i < n; i++) kept.push(yield* Effect.forkChild(start()));
  yield* Effect.sleep(50);
  meter.end();
});

export const sleeping = (n: number, meter: Meter): Effect.Effect<void> => {
  const sleeper = Effect.gen(function* () {
    yield* Effect.sleep("1 hour");
  });
  return populate(n, meter, () => sleeper);
};

export const waiting = (n: number, meter: Meter): Effect.Effect<void> => {
  const waiter = Effect.fnUntraced(function* (reply: Deferred.Deferred<void>) {
    yield* Deferred.await(reply);
  });
  return populate(n, meter, () => {
    const reply = Deferred.makeUnsafe<void>();
    kept.push(reply);
    return waiter(reply);
  });
};
