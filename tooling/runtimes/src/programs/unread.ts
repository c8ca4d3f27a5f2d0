// A background task fails, and nobody reads its error: unread.js <generator|async> <listener|none|late|handler|read>
import { setTimeout as hostSleep } from "node:timers/promises";
import { getEventLoop } from "@tsyncio/loop";
import { createTask } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";

const [kind, form] = process.argv.slice(2);

function* generatorBody() {
  yield* sleep("1ms");
  throw new RangeError("nobody reads this");
}

async function asyncBody() {
  await sleep("1ms");
  throw new RangeError("nobody reads this");
}

const tell = (how: string) => (error: unknown) => console.log(how, String(error));

if (form !== "none") process.on("unhandledRejection", tell("unhandledRejection"));
if (form === "handler") {
  getEventLoop().setExceptionHandler((_, { exception }) => tell("handler")(exception));
}

const task = createTask<void>(kind === "generator" ? generatorBody : asyncBody);
if (form === "late") {
  // The process lives long enough for the report to come while it does.
  task.addDoneCallback(() => {
    hostSleep(1300).then(() => console.log("the end of the process"));
  });
} else if (form === "read") {
  task.addDoneCallback(() => tell("read")(task.exception()));
}
