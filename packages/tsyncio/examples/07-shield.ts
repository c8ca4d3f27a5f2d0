// A shield keeps a cancellation off what is behind it: whoever waited is cancelled, the work goes on.
import { createTask, isCancelledError, shield, sleep } from "tsyncio";

async function save() {
  console.log("save: writes ...");
  await sleep("300ms");
  console.log("save: ... done");
  return "3 files";
}

export async function main() {
  const saving = createTask(save);
  const request = createTask(async () => shield(saving), { name: "request" });

  await sleep("100ms");
  request.cancel();
  try {
    await request;
  } catch (error) {
    if (!isCancelledError(error)) throw error;
    console.log("request: cancelled");
  }
  console.log(`saved ${await saving}`);
}
