// Programs that nothing can wake, and that no cancellation reaches either: deadlock-stuck.js <main|left>
import { DeadlockError } from "@tsyncio/contract";
import { run } from "@tsyncio/runner";
import { createTask } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";

const stuck = async () => {
  await new Promise(() => {});
};

const leaves = async () => {
  createTask(stuck, { name: "left" });
  await sleep("1ms");
};

run(process.argv[2] === "main" ? stuck : leaves).catch((error) => {
  console.log(error instanceof DeadlockError ? error.message : error);
});
