// The same as 17-queue.ts, written as generators.
import { coroutine, forEach, Queue, sleep, taskGroup } from "tsyncio";

const queue = new Queue<string>(2);

const produce = coroutine(function* produce(name: string) {
  for (let i = 1; i <= 3; i++) yield* queue.put(`${name} ${i}`);
  console.log(`${name}: all are in the queue`);
});

const consume = coroutine(function* consume(done: string[]) {
  yield* forEach(queue, function* (item) {
    yield* sleep("20ms");
    done.push(item);
    queue.taskDone();
  });
});

export const main = coroutine(function* main() {
  const done: string[] = [];
  yield* taskGroup(function* (group) {
    for (let i = 0; i < 3; i++) group.createTask(consume(done));
    const producers = ["apples", "pears"].map((name) => group.createTask(produce(name)));
    for (const producer of producers) yield* producer;
    yield* queue.join();
    console.log(`done: ${done.sort().join(", ")}`);
    queue.shutdown(); // the consumers' loops end
  });
  console.log(queue);
});
