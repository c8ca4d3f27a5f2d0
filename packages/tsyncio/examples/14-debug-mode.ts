// Debug mode (tsyncio run --debug, TSYNCIO_DEBUG=1, or as here) warns of whoever blocks the loop for longer than a tenth of a second.
import { once } from "node:events";
import { createTask, getRunningLoop, sleep } from "tsyncio";

async function greedy() {
  await sleep("50ms");
  console.log("greedy: computes, and nobody else gets a turn");
  const end = performance.now() + 200;
  while (performance.now() < end) {
    // No task, no timer and no request goes on meanwhile.
  }
}

export async function main() {
  const warned = once(process, "warning");
  const loop = getRunningLoop();
  loop.setDebug(true);
  try {
    await createTask(greedy, { name: "greedy" });
    await warned;
  } finally {
    loop.setDebug(false);
  }
}
