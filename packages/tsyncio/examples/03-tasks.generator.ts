// The same as 03-tasks.ts, written as generators. A coroutine is lazy, so that createTask takes it as it is.
import { coroutine, createTask, currentTask, type Delay, sleep } from "tsyncio";

const brew = coroutine(function* brew(drink: string, delay: Delay) {
  yield* sleep(delay);
  console.log(`${currentTask()?.getName()}: ready`);
  return `a cup of ${drink}`;
});

export const main = coroutine(function* main() {
  const coffee = createTask(brew("coffee", "200ms"), { name: "machine" });
  const tea = createTask(brew("tea", "100ms"), { name: "kettle" });

  console.log(`${coffee.getName()} and ${tea.getName()} are on; done? ${coffee.done()} ${tea.done()}`);
  console.log(`got ${yield* coffee}`);
  console.log(`got ${yield* tea}, which was there already`);
});
