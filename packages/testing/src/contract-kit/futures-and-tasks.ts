import type { ExceptionContext, TaskFactory } from "@tsyncio/contract";
import { holds, same, throwing } from "./assert.js";
import { type Laws, laws, runFor } from "./law.js";

export const futuresAndTasks: Laws = laws("futures and tasks", {
  async "createFuture() gives a future of the loop"(loop) {
    const future = loop.createFuture<number>();
    same(future.getLoop() === loop, true, "whether it is the loop's");
    loop.callSoon(() => future.setResult(1));
    same(await loop.runUntilComplete(future), 1, "its result");
  },

  async "createTask() gives a task that runs in the next turn, and not outside of a run"(loop) {
    const order: string[] = [];
    const task = loop.createTask(
      async () => {
        order.push("task");
        return 7;
      },
      { name: "named" },
    );
    order.push("made");
    same(task.getName(), "named", "its name");
    same(await loop.runUntilComplete(task), 7, "its result");
    same(order, ["made", "task"], "the order");
  },

  async "tasks holds those that have not ended, in the order they were made"(loop) {
    const gate = loop.createFuture<void>();
    const made = ["a", "b", "c"].map((name) => loop.createTask(() => gate, { name }));
    const names = () => [...loop.tasks].map((task) => task.getName());
    same(names(), ["a", "b", "c"], "the tasks");
    made[1]?.cancel();
    await runFor(loop, 0.002);
    same(names(), ["a", "c"], "the tasks, when one was cancelled");
    same(loop.tasks.size, 2, "their number");
    gate.setResult();
    await runFor(loop, 0.002);
    same(names(), [], "the tasks, when all have ended");
  },

  async "a task factory makes the loop's tasks"(loop) {
    same(loop.getTaskFactory(), null, "the factory at first");
    const ordinary = loop.createTask.bind(loop);
    const names: unknown[] = [];
    const factory: TaskFactory = (of, source, options) => {
      same(of === loop, true, "whether the factory is given the loop");
      names.push(options.name);
      loop.setTaskFactory(null);
      return ordinary(source, options);
    };
    loop.setTaskFactory(factory);
    same(loop.getTaskFactory() === factory, true, "whether it is the one that was set");
    same(await loop.runUntilComplete(loop.createTask(async () => 5, { name: "x" })), 5, "the result of a task");
    same(names, ["x"], "what the factory was given");
    await throwing(() => loop.setTaskFactory(7 as never), TypeError);
  },

  async "an error that nobody read is told when the loop is closed, at the latest"(loop) {
    const reports: ExceptionContext[] = [];
    loop.setExceptionHandler((_, context) => reports.push(context));
    const error = new RangeError("lost");
    const [lost, read] = [loop.createFuture<void>(), loop.createFuture<void>()];
    lost.setException(error);
    read.setException(new Error("read"));
    read.exception();
    loop.close();
    same(reports.length, 1, "how many reports there were");
    same(reports[0]?.exception === error, true, "whether it is the error");
    holds(/was never retrieved$/.test(reports[0]?.message ?? ""), "the message ends with: was never retrieved");
  },

  async "shutdownAsyncgens() ends what is iterated, and tells what goes wrong"(loop) {
    const reports: ExceptionContext[] = [];
    loop.setExceptionHandler((_, context) => reports.push(context));
    const ended: string[] = [];
    const iterator = (name: string, fails: boolean): AsyncIterator<unknown> => ({
      next: async () => ({ done: true, value: undefined }),
      async return() {
        ended.push(name);
        if (fails) throw new RangeError("wrong");
        return { done: true, value: undefined };
      },
    });
    loop.openIterators.add(iterator("a", true)).add(iterator("b", false));
    await loop.shutdownAsyncgens();
    same(ended, ["a", "b"], "what was ended");
    same(loop.openIterators.size, 0, "how many are left");
    same(reports.length, 1, "how many reports there were");
  },

  "knows of foreign work, and how long to wait for it"(loop) {
    loop.foreignWork.add({ foreignWait: () => null });
    same(loop.foreignWork.size, 1, "the foreign work");
    loop.foreignWork.clear();
    const { abandonAfter } = loop;
    holds(
      abandonAfter === null || (typeof abandonAfter === "number" && abandonAfter >= 0),
      "abandonAfter is in seconds, or null",
    );
  },
});
