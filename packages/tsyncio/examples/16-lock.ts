// A counter that is read, waited on, and written back. Without a lock all of them read the same number.
import { gather, Lock, sleep } from "tsyncio";

let counter = 0;

async function increment() {
  const before = counter;
  await sleep("10ms");
  counter = before + 1;
}

export async function main() {
  await gather(...Array.from({ length: 5 }, () => increment));
  console.log(`without a lock: ${counter} of 5`);

  counter = 0;
  const lock = new Lock();
  await gather(...Array.from({ length: 5 }, () => () => lock.with(increment)));
  console.log(`with a lock: ${counter} of 5`);
  console.log(lock);
}
