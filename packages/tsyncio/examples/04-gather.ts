// gather runs several at once and gives their results in the order of its arguments, whoever ends first.
import { type Delay, gather, sleep } from "tsyncio";

async function price(fruit: string, delay: Delay) {
  await sleep(delay);
  if (fruit === "durian") throw new Error("no durian today");
  console.log(`asked for ${fruit}`);
  return fruit.length * 10;
}

export async function main() {
  const [apple, pear, city] = await gather(
    () => price("apple", "200ms"),
    () => price("pear", "100ms"),
    sleep("50ms", "Berlin"),
  );
  console.log(`apples are ${apple}, pears ${pear} in ${city}`);

  // The first error ends a gather; with this option errors come among the results.
  const both = await gather([() => price("durian", "50ms"), () => price("fig", "100ms")], { returnExceptions: true });
  console.log(`then: ${both.join(", ")}`);
}
