// A task runs by itself from its creation on. It has a name, and can be awaited for its result.
import { createTask, currentTask, type Delay, sleep } from "tsyncio";

async function brew(drink: string, delay: Delay) {
  await sleep(delay);
  console.log(`${currentTask()?.getName()}: ready`);
  return `a cup of ${drink}`;
}

export async function main() {
  // A function, not its result: a promise runs already, and what runs already can't become a task.
  const coffee = createTask(() => brew("coffee", "200ms"), { name: "machine" });
  const tea = createTask(() => brew("tea", "100ms"), { name: "kettle" });

  console.log(`${coffee.getName()} and ${tea.getName()} are on; done? ${coffee.done()} ${tea.done()}`);
  console.log(`got ${await coffee}`);
  console.log(`got ${await tea}, which was there already`);
}
