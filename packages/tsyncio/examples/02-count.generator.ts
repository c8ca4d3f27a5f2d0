// The same as 02-count.ts, written as generators. Calling a coroutine function runs nothing yet, so gather takes the calls.
import { coroutine, gather, sleep } from "tsyncio";

const count = coroutine(function* count() {
  console.log("One");
  yield* sleep("1s");
  console.log("Two");
});

export const main = coroutine(function* main() {
  yield* gather(count(), count(), count());
});
