// Needs the factories of futures and tasks, which these packages register when they are loaded.
import type { Future } from "@tsyncio/futures";
import { getEventLoop } from "@tsyncio/loop";
import { run } from "@tsyncio/runner";
import { gather } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";

async function main(): Promise<string> {
  const [one, two] = await gather(sleep("1ms", 1), sleep("1ms", 2));
  const loop = getEventLoop();
  const future = loop.createFuture() as Future<number>;
  loop.callSoon(() => future.setResult(one + two));
  return `the sum is ${await future}`;
}

run(main).then(console.log);
