// The same as 11-task-group.ts, written as generators.
import { coroutine, type Delay, ExceptionGroup, sleep, taskGroup } from "tsyncio";

const download = coroutine(function* download(name: string, delay: Delay) {
  try {
    yield* sleep(delay);
    console.log(`${name}: complete`);
  } catch (error) {
    console.log(`${name}: stopped half-way`);
    throw error;
  }
});

const fail = coroutine(function* fail(delay: Delay) {
  yield* sleep(delay);
  throw new Error("the disk is full");
});

export const main = coroutine(function* main() {
  try {
    yield* taskGroup(function* (group) {
      group.createTask(download("news", "100ms"));
      group.createTask(download("film", "1h"));
      group.createTask(fail("200ms"));
    });
  } catch (error) {
    if (!(error instanceof ExceptionGroup)) throw error;
    console.log(`${error.message}: ${error.errors.join(", ")}`);
  }
});
