import { type Coroutine, coroutine, createTask, Future, sleep } from "tsyncio";
import type { Meter } from "../../src/child/meters.ts";
import { warmUpShare } from "./share.ts";

const kept: unknown[] = [];

const populate = coroutine(function* (n: number, meter: Meter, start: () => Coroutine<void>) {
  for (let i = 0; i < n * warmUpShare; i++) kept.push(createTask(start()));
  yield* sleep("50ms");
  meter.begin();
  for (let i = 0; i < n; i++) kept.push(createTask(start()));
  yield* sleep("50ms");
  meter.end();
});

const sleeper = coroutine(function* () {
  yield* sleep("1h");
});

const waiter = coroutine(function* (reply: Future<void>) {
  yield* reply;
});

export function sleeping(n: number, meter: Meter): Coroutine<void> {
  return populate(n, meter, sleeper);
}

export function waiting(n: number, meter: Meter): Coroutine<void> {
  return populate(n, meter, () => {
    const reply = new Future<void>();
    kept.push(reply);
    return waiter(reply);
  });
}
