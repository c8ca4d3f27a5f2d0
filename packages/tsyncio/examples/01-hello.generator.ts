// The same as 01-hello.ts, written as a generator: coroutine(function* …) for async, yield* for await.
import { coroutine, sleep } from "tsyncio";

export const main = coroutine(function* main() {
  console.log("Hello ...");
  yield* sleep("500ms");
  console.log("... world!");
});
