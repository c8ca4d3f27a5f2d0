// Workers that prepare for a while, each as long as it takes, and start together when the last one is ready.
import { Barrier, type Delay, sleep, taskGroup } from "tsyncio";

async function worker(name: string, delay: Delay, barrier: Barrier) {
  await sleep(delay);
  console.log(`${name} is ready`);
  const index = await barrier.wait();
  if (index === 0) console.log(`${barrier.parties} workers start, ${name} was the first`);
}

export async function main() {
  const barrier = new Barrier(3);
  await taskGroup(async (group) => {
    group.createTask(() => worker("saw", "60ms", barrier));
    group.createTask(() => worker("drill", "30ms", barrier));
    group.createTask(() => worker("hammer", "90ms", barrier));
  });
  console.log(barrier);
}
