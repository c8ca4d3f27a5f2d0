// The same as 16-lock.ts, written as generators.
import { coroutine, gather, Lock, sleep } from "tsyncio";

let counter = 0;

const increment = coroutine(function* increment() {
  const before = counter;
  yield* sleep("10ms");
  counter = before + 1;
});

export const main = coroutine(function* main() {
  yield* gather(Array.from({ length: 5 }, () => increment()));
  console.log(`without a lock: ${counter} of 5`);

  counter = 0;
  const lock = new Lock();
  yield* gather(Array.from({ length: 5 }, () => lock.with(increment)));
  console.log(`with a lock: ${counter} of 5`);
  console.log(lock);
});
