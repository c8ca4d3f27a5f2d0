// Two producers and three consumers over a queue that holds two items. join() waits until all of them are done.
import { Queue, sleep, taskGroup } from "tsyncio";

const queue = new Queue<string>(2);

async function produce(name: string) {
  for (let i = 1; i <= 3; i++) await queue.put(`${name} ${i}`);
  console.log(`${name}: all are in the queue`);
}

async function consume(done: string[]) {
  for await (const item of queue) {
    await sleep("20ms");
    done.push(item);
    queue.taskDone();
  }
}

export async function main() {
  const done: string[] = [];
  await taskGroup(async (group) => {
    for (let i = 0; i < 3; i++) group.createTask(() => consume(done));
    const producers = ["apples", "pears"].map((name) => group.createTask(() => produce(name)));
    for (const producer of producers) await producer;
    await queue.join();
    console.log(`done: ${done.sort().join(", ")}`);
    queue.shutdown(); // the consumers' loops end
  });
  console.log(queue);
}
