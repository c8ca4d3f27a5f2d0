// Three coroutines at once: they wait side by side, so that three seconds of waiting take one.
import { gather, sleep } from "tsyncio";

async function count() {
  console.log("One");
  await sleep("1s");
  console.log("Two");
}

export async function main() {
  await gather(count, count, count);
}
