// What a decorator does in Python a function does here: it takes a coroutine function and gives one that is timed.
import { gather, sleep } from "tsyncio";

function timed<A extends unknown[], T>(fn: (...args: A) => Promise<T>) {
  return async (...args: A): Promise<T> => {
    const start = performance.now();
    try {
      return await fn(...args);
    } finally {
      console.log(`${fn.name}(${args}) took ${((performance.now() - start) / 1000).toFixed(2)} s`);
    }
  };
}

const square = timed(async function square(n: number) {
  await sleep(n / 10);
  return n * n;
});

export async function main() {
  const squares = await gather([3, 1, 2].map((n) => () => square(n)));
  console.log(`the squares are ${squares}`);
}
