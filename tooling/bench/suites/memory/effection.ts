import { type Operation, sleep, spawn, withResolvers } from "effection";
import type { Meter } from "../../src/child/meters.ts";
import { warmUpShare } from "./share.ts";

const hour = 3_600_000;
const kept: unknown[] = [];

function* populate(n: number, meter: Meter, start: () => Operation<void>): Operation<void> {
  for (let i = 0; i < n * warmUpShare; i++) kept.push(yield* spawn(start));
  yield* sleep(50);
  meter.begin();
  for (let i = 0; i < n; i++) kept.push(yield* spawn(start));
  yield* sleep(50);
  meter.end();
}

export function sleeping(n: number, meter: Meter): Operation<void> {
  return populate(n, meter, () => sleep(hour));
}

export function waiting(n: number, meter: Meter): Operation<void> {
  return populate(n, meter, () => {
    const reply = withResolvers<void>();
    kept.push(reply);
    return reply.operation;
  });
}
