// Cancelling a task throws an error where it waits. It may clean up, and take its time for that.
import { createTask, isCancelledError, sleep } from "tsyncio";

async function copy() {
  console.log("copy: opens the file");
  try {
    for (let page = 1; ; page++) {
      console.log(`copy: page ${page}`);
      await sleep("200ms");
    }
  } finally {
    await sleep("50ms");
    console.log("copy: has closed the file");
  }
}

export async function main() {
  const copying = createTask(copy);
  await sleep("500ms");
  copying.cancel("the paper is out");
  try {
    await copying;
  } catch (error) {
    if (!isCancelledError(error)) throw error;
    console.log(`main: copying was cancelled, because ${error.reason}`);
  }
}
