// Results in the order in which they come.
import { asCompleted, createTask, sleep } from "tsyncio";

export async function main() {
  const runners = [
    createTask(sleep("300ms", "9.9 s"), { name: "Ada" }),
    createTask(sleep("100ms", "9.6 s"), { name: "Bo" }),
    createTask(sleep("200ms", "9.8 s"), { name: "Cleo" }),
  ];
  const names = new Map<unknown, string>(runners.map((task) => [task, task.getName()]));

  let place = 1;
  for await (const { task } of asCompleted(runners)) {
    console.log(`${place++}. ${names.get(task)} (${task.result()})`);
  }
}
