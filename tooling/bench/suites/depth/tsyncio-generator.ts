import { type Coroutine, coroutine, sleep } from "tsyncio";

const descend: (depth: number, bottom: () => Coroutine<void>) => Coroutine<void> = coroutine(function* (
  depth: number,
  bottom: () => Coroutine<void>,
) {
  if (depth === 1) yield* bottom();
  else yield* descend(depth - 1, bottom);
});

export const call = coroutine(function* (n: number) {
  const nothing = coroutine(function* () {});
  for (let i = 0; i < n; i++) yield* descend(10, nothing);
});

export const turns = coroutine(function* (n: number) {
  const bottom = coroutine(function* () {
    for (let i = 0; i < n; i++) yield* sleep(0);
  });
  yield* descend(10, bottom);
});
