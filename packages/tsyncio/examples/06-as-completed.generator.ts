// The same as 06-as-completed.ts, written as a generator: forEach is its `for await`.
import { asCompleted, coroutine, createTask, forEach, sleep } from "tsyncio";

export const main = coroutine(function* main() {
  const runners = [
    createTask(sleep("300ms", "9.9 s"), { name: "Ada" }),
    createTask(sleep("100ms", "9.6 s"), { name: "Bo" }),
    createTask(sleep("200ms", "9.8 s"), { name: "Cleo" }),
  ];
  const names = new Map<unknown, string>(runners.map((task) => [task, task.getName()]));

  let place = 1;
  yield* forEach(asCompleted(runners), function* ({ task }) {
    console.log(`${place++}. ${names.get(task)} (${task.result()})`);
  });
});
