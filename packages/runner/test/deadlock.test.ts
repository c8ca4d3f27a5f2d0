// Programs of their own: a run that nothing can wake any more.
import { runProgram } from "@tsyncio/test-support";
import { describe, expect, test } from "vitest";

const imports = `
  import { createServer } from "node:http";
  import { DeadlockError } from "@tsyncio/contract";
  import { Future } from "@tsyncio/futures";
  import { getRunningLoop } from "@tsyncio/loop";
  import { coroutine, createTask } from "@tsyncio/tasks";
  import { run } from "@tsyncio/runner";
`;
const lines = async (source: string) => {
  const { code, stdout, stderr } = await runProgram(import.meta.dirname, imports + source);
  return { code, lines: stdout.split("\n").slice(0, -1), stderr };
};

describe.concurrent("a deadlock", () => {
  test("is told with each task that waits, and on what", async () => {
    const { code, lines: told } = await lines(`
      const waiter = coroutine(function* waiter(future) { yield* future; });
      async function main() {
        const future = new Future();
        createTask(waiter(future), { name: "worker" });
        await future;
      }
      await run(main).catch((error) => console.log(error instanceof DeadlockError, error.message));
    `);
    expect([code, ...told]).toEqual([
      0,
      "true nothing can wake the program any more:",
      expect.stringMatching(/^ {2}Task-1 \(main\) waits for <Future pending/),
      expect.stringMatching(/^ {2}worker \(waiter\) waits for <Future pending/),
    ]);
  });

  test("has the clean-up of main and of its tasks run, waits included", async () => {
    const { lines: told } = await lines(`
      function pause() {
        const future = new Future();
        getRunningLoop().callLater("5ms", () => future.setResult());
        return future;
      }
      async function stuck(name) {
        try { await new Future(); } finally { await pause(); console.log(name, "cleaned up"); }
      }
      async function main() { createTask(() => stuck("task")); await stuck("main"); }
      await run(main).catch((error) => console.log(error.name));
    `);
    expect(told).toEqual(["main cleaned up", "task cleaned up", "DeadlockError"]);
  });

  test("fails the program when nobody catches it", async () => {
    const { code, stderr } = await lines("void run(async () => { await new Future(); });");
    expect(code).toBe(1);
    expect(stderr).toContain("DeadlockError: nothing can wake the program any more");
  });

  test("of one of two runs is told, and the other one ends as it should", async () => {
    const { lines: told } = await lines(`
      const stuck = run(async () => { await new Future(); }).catch((error) => console.log(error.name));
      const fine = run(async () => {
        const future = new Future();
        getRunningLoop().callLater("30ms", () => future.setResult("fine"));
        return future;
      });
      console.log(await fine);
      await stuck;
    `);
    expect(told).toEqual(["fine", "DeadlockError"]);
  });
});

describe.concurrent("no deadlock is", () => {
  test("a main that waits for a timer of the host, or of the loop", async () => {
    const { lines: told } = await lines(`
      console.log(await run(async () => {
        const future = new Future();
        setTimeout(() => future.setResult("host"), 20);
        const other = new Future();
        getRunningLoop().callLater("30ms", () => other.setResult("loop"));
        return [await future, await other].join();
      }));
    `);
    expect(told).toEqual(["host,loop"]);
  });

  test("a main that waits for a signal through addSignalHandler", async () => {
    const { lines: told } = await lines(`
      setTimeout(() => process.kill(process.pid, "SIGUSR2"), 50).unref();
      console.log(await run(async () => {
        const future = new Future();
        getRunningLoop().addSignalHandler("SIGUSR2", () => future.setResult("signal"));
        return future;
      }));
    `);
    expect(told).toEqual(["signal"]);
  });

  test("a main that waits for a socket", async () => {
    const { lines: told } = await lines(`
      console.log(await run(async () => {
        const future = new Future();
        const server = createServer((request, response) => { response.end(); server.close(); future.setResult("request"); });
        server.listen(0, () => fetch("http://localhost:" + server.address().port));
        return future;
      }));
    `);
    expect(told).toEqual(["request"]);
  });
});
