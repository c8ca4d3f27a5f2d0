// The same as 12-timed.ts, written as generators: the wrapper is a coroutine function that runs the other one inline.
import { type Coroutine, coroutine, gather, sleep } from "tsyncio";

function timed<A extends unknown[], T>(fn: (...args: A) => Coroutine<T>) {
  return coroutine(function* (...args: A) {
    const start = performance.now();
    try {
      return yield* fn(...args);
    } finally {
      console.log(`${fn.name}(${args}) took ${((performance.now() - start) / 1000).toFixed(2)} s`);
    }
  });
}

const square = timed(
  coroutine(function* square(n: number) {
    yield* sleep(n / 10);
    return n * n;
  }),
);

export const main = coroutine(function* main() {
  const squares = yield* gather([3, 1, 2].map((n) => square(n)));
  console.log(`the squares are ${squares}`);
});
