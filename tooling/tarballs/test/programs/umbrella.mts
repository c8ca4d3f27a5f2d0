import { type Future, getEventLoop, run, sleep } from "tsyncio";

// Nothing here imports futures or tasks: that the loop can make them is the work of the umbrella's entry.
async function main(): Promise<string> {
  const loop = getEventLoop();
  const future = loop.createFuture() as Future<string>;
  const task = loop.createTask(() => sleep("1ms", 3));
  loop.callSoon(() => future.setResult("the sum"));
  return `${await future} is ${await task}`;
}

run(main).then(console.log);
