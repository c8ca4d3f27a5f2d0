import { RuntimeError } from "@tsyncio/contract";
import { ThreadPoolExecutor, toThread } from "@tsyncio/executors";
import { getEventLoop, newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { type Coroutine, coroutine, createTask, currentTask } from "@tsyncio/tasks";
import { runProgram } from "@tsyncio/test-support";
import { afterAll, describe, expect, expectTypeOf, test } from "vitest";
import { failureOf, newGate, openGate, until, untilGone } from "./support.ts";
import { add, addLater, failWith, waitAtGate } from "./work/functions.ts";

const work = new URL("./work/functions.ts", import.meta.url).href;
const runInFolder = (source: string) => runProgram(import.meta.dirname, source.replaceAll("WORK", work));

describe("toThread", () => {
  getEventLoop().setDefaultExecutor(new ThreadPoolExecutor(2));
  afterAll(() => getEventLoop().shutdownDefaultExecutor());

  test("what runInExecutor gives is typed as what it is awaited for, in both kinds of coroutine", async () => {
    const loop = getEventLoop();
    expectTypeOf(await loop.runInExecutor(null, add, 1, 2)).toEqualTypeOf<number>();
    const inGenerator = coroutine(function* inGenerator() {
      return yield* loop.runInExecutor(null, add, 1, 2);
    });
    expectTypeOf(await inGenerator()).toEqualTypeOf<number>();
  });

  test("gives what the function gives", async () => {
    const call = toThread(add, 2, 3);
    expectTypeOf(call).toEqualTypeOf<Coroutine<number>>();
    expect(await call).toBe(5);
    expect(await toThread(addLater, 2, 3)).toBe(5);
    expect(await toThread((n: number) => n + 1, 1)).toBe(2);
  });

  test("is a coroutine: it begins when it is awaited or made a task", async () => {
    const gate = newGate();
    openGate(gate);
    const call = toThread(waitAtGate, gate, "x");
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(Atomics.load(gate, 1)).toBe(0);
    expect(await createTask(call)).toBe("x");
  });

  test("throws what the function throws", async () => {
    expect(await failureOf(toThread(failWith, "plain"))).toEqual(new TypeError("a plain one"));
  });

  test("ends at once for a task that is cancelled", async () => {
    const gate = newGate();
    const task = createTask(async () => {
      await toThread(waitAtGate, gate);
    });
    await until(gate, 1, 1);
    task.cancel();
    expect(await failureOf(task)).toMatchObject({ name: "CancelledError" });
    openGate(gate);
  });
});

test("each loop has a default executor of its own, which shutdownDefaultExecutor ends", async () => {
  const loop = newEventLoop();
  const job = await loop.runUntilComplete(async () => {
    expect(currentTask()?.getLoop()).toBe(loop);
    return [await toThread(add, 1, 2)];
  });
  expect(job).toEqual([3]);
  await loop.shutdownDefaultExecutor();
  expect(() => loop.runInExecutor(null, add, 1, 2)).toThrow(new RuntimeError("Executor shutdown has been called"));
  loop.close();
});

test("a virtual clock waits for workers before it jumps", async () => {
  const loop = newVirtualLoop();
  const end = await loop.runUntilComplete(async () => {
    const alarm = new Promise<string>((resolve) => loop.callLater("1h", () => resolve("the clock jumped")));
    return Promise.race([toThread(add, 1, 2), alarm]);
  });
  expect(end).toBe(3);
  await loop.shutdownDefaultExecutor();
  loop.close();
});

test("what a thread prints comes before the end of its job", async () => {
  const { stdout } = await runInFolder(`
    import { toThread } from "@tsyncio/executors";
    for (const n of [1, 2, 3]) {
      await toThread((n) => console.log("inside", n), n);
      console.log("outside", n);
    }
  `);
  expect(stdout).toBe("inside 1\noutside 1\ninside 2\noutside 2\ninside 3\noutside 3\n");
});

describe("the end of a process", () => {
  test("is not kept by workers that have nothing to do", async () => {
    const { code, stdout } = await runInFolder(`
      import { ProcessPoolExecutor, ThreadPoolExecutor, toThread } from "@tsyncio/executors";
      import { add } from "WORK";
      console.log(await toThread(add, 1, 2), await new ThreadPoolExecutor(1).submit(add, 3, 4), await new ProcessPoolExecutor(1).submit(add, 5, 6));
    `);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "3 7 11\n" });
  });

  test("waits for jobs that run", async () => {
    const { code, stdout } = await runInFolder(`
      import { ProcessPoolExecutor, ThreadPoolExecutor } from "@tsyncio/executors";
      import { addLater } from "WORK";
      for (const Pool of [ThreadPoolExecutor, ProcessPoolExecutor]) {
        new Pool(1).submit(addLater, 1, 2).addDoneCallback((job) => console.log(job.result()));
      }
    `);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "3\n3\n" });
  });

  test("ends processes whose parent was killed", async () => {
    const { stdout } = await runInFolder(`
      import { ProcessPoolExecutor } from "@tsyncio/executors";
      import { sleepy, threadOf } from "WORK";
      const pool = new ProcessPoolExecutor(1);
      console.log((await pool.submit(threadOf))[0]);
      for await (const _ of pool.submit(sleepy, "/dev/null").reports()) process.kill(process.pid, "SIGKILL");
    `);
    const pid = Number(stdout);
    expect(pid).toBeGreaterThan(0);
    await untilGone(pid);
  });
});
