// The same as 10-cancel.ts, written as generators: try, catch and finally do what they do in async functions.
import { coroutine, createTask, isCancelledError, sleep } from "tsyncio";

const copy = coroutine(function* copy() {
  console.log("copy: opens the file");
  try {
    for (let page = 1; ; page++) {
      console.log(`copy: page ${page}`);
      yield* sleep("200ms");
    }
  } finally {
    yield* sleep("50ms");
    console.log("copy: has closed the file");
  }
});

export const main = coroutine(function* main() {
  const copying = createTask(copy());
  yield* sleep("500ms");
  copying.cancel("the paper is out");
  try {
    yield* copying;
  } catch (error) {
    if (!isCancelledError(error)) throw error;
    console.log(`main: copying was cancelled, because ${error.reason}`);
  }
});
