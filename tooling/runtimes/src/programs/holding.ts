// What holds the process, and what does not: holding.js <what>. The first line is written once all is set up.
import { Future } from "@tsyncio/futures";
import { getEventLoop, newEventLoop } from "@tsyncio/loop";
import { run } from "@tsyncio/runner";
import { createTask } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";

const forms: Record<string, () => void> = {
  "a future of the default loop": () => {
    new Future<void>().then(() => console.log("done"));
  },
  "a task of the default loop": () => {
    createTask(function* () {
      yield* new Future<void>();
    });
  },
  "a timer of the default loop": () => {
    createTask(() => sleep("50ms")).then(() => console.log("done"));
  },
  "a timer of a loop that does not run": () => {
    newEventLoop().callLater("1h", () => {});
  },
  "a timer that was cancelled": () => {
    getEventLoop()
      .callLater("1h", () => {})
      .cancel();
  },
  runForever: () => void newEventLoop().runForever(),
  addSignalHandler: () => getEventLoop().addSignalHandler("SIGUSR2", () => {}),
  "the signals option of run": () => void run(() => new Future<void>(), { signals: ["SIGUSR2"] }).catch(() => {}),
};

forms[process.argv[2] ?? ""]?.();
console.log("ready");
