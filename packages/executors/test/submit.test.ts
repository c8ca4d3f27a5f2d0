import { CancelledError, RuntimeError, registry, ValueError } from "@tsyncio/contract";
import { BrokenWorkerError, type Job, ProcessPoolExecutor, ThreadPoolExecutor, transfer } from "@tsyncio/executors";
import { getEventLoop } from "@tsyncio/loop";
import { createTask, forEach } from "@tsyncio/tasks";
import { runProgram } from "@tsyncio/test-support";
import { describe, expect, expectTypeOf, test } from "vitest";
import { failureOf, kinds, newGate, openGate, sharedPool, until, untilGone } from "./support.ts";
import {
  add,
  addInTurns,
  addLater,
  addPlainly,
  echo,
  exit,
  failWith,
  giveFunction,
  increment,
  keep,
  leaveTimer,
  threadOf,
  waitAtGate,
} from "./work/functions.ts";

describe.each(kinds)("submit to $kind", ({ kind, Executor }) => {
  const pool = sharedPool(Executor);

  test("gives the future of what the function returns", async () => {
    const job = pool.submit(add, 2, 3);
    expectTypeOf(job).toEqualTypeOf<Job<number>>();
    expect(job.done()).toBe(false);
    expect(await job).toBe(5);
    expect(String(job)).toBe("<Job finished result=5 add()>");
  });

  test("async functions, coroutine functions and generator functions run on the worker's own loop", async () => {
    for (const fn of [addLater, addInTurns, addPlainly]) {
      const job = pool.submit<[number, number], number>(fn as typeof addLater, 2, 3);
      expect(await job).toBe(5);
    }
    expectTypeOf(pool.submit(addLater, 2, 3)).toEqualTypeOf<Job<number>>();
    expectTypeOf(pool.submit(addPlainly, 2, 3)).toEqualTypeOf<Job<number>>();
  });

  test("arguments are checked by the compiler", () => {
    // @ts-expect-error: a string is no number
    pool.submit(add, 2, "3").cancel();
    // @ts-expect-error: one is missing
    pool.submit(add, 2).cancel();
  });

  test("arguments and results are copies, whatever they are made of", async () => {
    const value = { a: [1, new Date(5)], m: new Map([["x", new Set([1n])]]), u: undefined, n: null, r: /x/g };
    const back = await pool.submit(echo, value);
    expect(back).toEqual(value);
    expect(back).not.toBe(value);
  });

  test("work is done outside of this thread", async () => {
    const { threadId } = await import("node:worker_threads");
    expect(await pool.submit(threadOf)).not.toEqual([process.pid, threadId]);
  });

  test("errors come back with class, message, cause, properties and the stack of where they were thrown", async () => {
    const error = (await failureOf(pool.submit(failWith, "http"))) as Error & { status: number };
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe("HttpError");
    expect(String(error)).toBe("HttpError: not found");
    expect(error.status).toBe(404);
    expect(error.cause).toBeInstanceOf(RangeError);
    expect((error.cause as Error).message).toBe("no such page");
    expect(error.stack).toMatch(/^HttpError: not found\n.*functions\.ts/s);
  });

  test("errors of the language and of Node keep their class and their code", async () => {
    expect(await failureOf(pool.submit(failWith, "plain"))).toEqual(new TypeError("a plain one"));
    // A thread may not change its folder at all.
    const code = kind === "threads" ? "ERR_WORKER_UNSUPPORTED_OPERATION" : "ENOENT";
    expect(await failureOf(pool.submit(failWith, "file"))).toMatchObject({ code });
  });

  test("what is thrown need not be an error", async () => {
    expect(await failureOf(pool.submit(failWith, "text"))).toBe("a text");
    expect(await failureOf(pool.submit(failWith, "null"))).toBe(null);
  });

  // It was told as the end of the worker, with what the getter threw.
  test("an error whose getters throw is an error of the job", async () => {
    expect(await failureOf(pool.submit(failWith, "trap"))).toEqual(new Error("what was thrown can't be read"));
  });

  test("a result that can't be sent is an error of the job, and the worker lives on", async () => {
    const before = await pool.submit(threadOf);
    const what = kind === "threads" ? "thread" : "process";
    expect(await failureOf(pool.submit(giveFunction))).toEqual(
      new TypeError(`the result of giveFunction can't be sent to a worker ${what}: .done is function done`),
    );
    const workers = await Promise.all([pool.submit(threadOf), pool.submit(threadOf)]);
    expect(workers).toContainEqual(before);
  });

  test("a worker that exits fails its job with a clear error, and is replaced", async () => {
    const error = (await failureOf(pool.submit(exit, 3))) as Error;
    expect(error).toBeInstanceOf(BrokenWorkerError);
    expect(error).toBeInstanceOf(RuntimeError);
    expect(error.message).toBe("the worker of exit() ended: worker exited with code: 3");
    expect(await pool.submit(add, 1, 1)).toBe(2);
  });

  // In a program of its own: a process that crashes says so on stderr.
  test("a worker that crashes fails its job and no other", async () => {
    const { stdout } = await runProgram(
      import.meta.dirname,
      `import { BrokenWorkerError, ${Executor.name} } from "@tsyncio/executors";
       import { add, crash } from "./work/functions.ts";
       await using pool = new ${Executor.name}(2);
       const jobs = [pool.submit(crash), pool.submit(add, 1, 2), pool.submit(crash), pool.submit(add, 3, 4)];
       const [first, three, second, seven] = await Promise.allSettled(jobs);
       // Of processes one learned only that they "exited unexpectedly".
       for (const { reason } of [first, second]) console.log(reason instanceof BrokenWorkerError, String(reason.cause));
       console.log(three.value, seven.value);`,
    );
    const broken = "true Error: out of a timer\n";
    expect(stdout).toBe(`${broken}${broken}3 7\n`);
  });
});

describe("the order of jobs", () => {
  test("jobs begin in the order of their submits, no more at a time than there are workers", async () => {
    await using pool = new ThreadPoolExecutor(1);
    const gate = newGate();
    const order: string[] = [];
    const jobs = ["a", "b", "c"].map((name) => pool.submit(waitAtGate, gate, name));
    for (const job of jobs) job.addDoneCallback(() => order.push(job.result()));
    await until(gate, 1, 1);
    expect(jobs.map((job) => job.running())).toEqual([true, false, false]);
    expect(String(jobs[1])).toBe("<Job pending queued waitAtGate()>");
    openGate(gate);
    await Promise.all(jobs);
    expect(order).toEqual(["a", "b", "c"]);
  });

  test("what the caller changes after the submit does not matter, be the job queued or not", async () => {
    await using pool = new ThreadPoolExecutor(1);
    const gate = newGate();
    const value = { n: 1 };
    pool.submit(waitAtGate, gate);
    const job = pool.submit(echo, value);
    value.n = 2;
    openGate(gate);
    expect(await job).toEqual({ n: 1 });
  });
});

describe("shutdown", () => {
  test("waits for what runs and what is queued, and takes nothing more", async () => {
    const pool = new ThreadPoolExecutor(1);
    const gate = newGate();
    const jobs = [pool.submit(waitAtGate, gate, "a"), pool.submit(waitAtGate, gate, "b")];
    let over = false;
    const ended = pool.shutdown().then(() => {
      over = true;
    });
    expect(() => pool.submit(add, 1, 2)).toThrow(new RuntimeError("cannot schedule new futures after shutdown"));
    await until(gate, 1, 1);
    expect(over).toBe(false);
    openGate(gate);
    await ended;
    expect(jobs.map((job) => job.result())).toEqual(["a", "b"]);
    await pool.shutdown();
  });

  test("with cancelFutures cancels what is queued", async () => {
    const pool = new ThreadPoolExecutor(1);
    const gate = newGate();
    const [first, second] = [pool.submit(waitAtGate, gate, "a"), pool.submit(waitAtGate, gate, "b")];
    const ended = pool.shutdown({ cancelFutures: true });
    expect(second?.cancelled()).toBe(true);
    openGate(gate);
    await ended;
    expect(first?.result()).toBe("a");
  });

  test("with wait: false resolves at once", async () => {
    const pool = new ThreadPoolExecutor(1);
    const gate = newGate();
    const job = pool.submit(waitAtGate, gate, "a");
    await pool.shutdown({ wait: false });
    expect(job.done()).toBe(false);
    openGate(gate);
    expect(await job).toBe("a");
  });

  test("that no longer waits ends the workers for one that does", async () => {
    const pool = new ThreadPoolExecutor(1);
    const job = pool.submit(waitAtGate, newGate());
    const ended = pool.shutdown();
    await pool.shutdown({ wait: false });
    await ended;
    expect(await failureOf(job)).toBeInstanceOf(BrokenWorkerError);
  });

  test("of an executor that never had work is done at once", async () => {
    await new ThreadPoolExecutor(1).shutdown();
  });

  test("takes the executor off the list of what is open, on which its first job put it", async () => {
    const before = [...registry.resources];
    const added = () => [...registry.resources].filter((resource) => !before.includes(resource));
    const pool = new ThreadPoolExecutor(1);
    expect(added()).toEqual([]);
    await pool.submit(add, 1, 2);
    expect(added().map((resource) => resource.describe())).toEqual(["ThreadPoolExecutor of 1: 0 jobs run, 0 wait"]);
    await pool.shutdown();
    expect(added()).toEqual([]);
  });

  test("terminateWorkers ends what runs, and the next job gets a new worker", async () => {
    await using pool = new ThreadPoolExecutor(1);
    const job = pool.submit(waitAtGate, newGate());
    const next = pool.submit(add, 1, 2);
    pool.terminateWorkers();
    expect(await failureOf(job)).toBeInstanceOf(BrokenWorkerError);
    expect(await next).toBe(3);
  });
});

describe("map", () => {
  const pool = sharedPool(ThreadPoolExecutor);

  test("gives the results in the order of the items, in both kinds of loops", async () => {
    const results: number[] = [];
    for await (const result of pool.map(add, [1, 2, 3], [10, 20, 30, 40])) results.push(result);
    await createTask(forEach(pool.map(addLater, [1, 2], [1, 1]), async (result) => results.push(result)));
    expect(results).toEqual([11, 22, 33, 2, 3]);
  });

  test("sends chunks, which are cut off where the items end", async () => {
    const results: number[] = [];
    for await (const result of pool.map(addInTurns, [1, 2, 3, 4, 5], [1, 1, 1, 1, 1], { chunksize: 2 })) {
      results.push(result);
    }
    expect(results).toEqual([2, 3, 4, 5, 6]);
  });

  test("that is left cancels what has not begun", async () => {
    await using one = new ThreadPoolExecutor(1);
    const [open, gate] = [newGate(), newGate()];
    openGate(open);
    const seen: string[] = [];
    for await (const name of one.map(waitAtGate, [open, gate, gate, gate], ["a", "b", "c", "d"])) {
      seen.push(name);
      break;
    }
    openGate(gate);
    expect(await one.submit(add, 1, 1)).toBe(2);
    expect(seen).toEqual(["a"]);
    // The second had begun, at the most.
    expect(Atomics.load(gate, 1)).toBeLessThan(2);
  });

  test("throws the first error, in the order of the items", async () => {
    const results = pool.map(failWith, ["plain", "http"]);
    await expect(
      (async () => {
        for await (const _ of results);
      })(),
    ).rejects.toThrow("a plain one");
  });

  test("throws a TimeoutError when the results are not there in time", async () => {
    await using one = new ThreadPoolExecutor(1);
    const gate = newGate();
    const read = async () => {
      for await (const _ of one.map(waitAtGate, [gate], { timeout: "20ms" }));
    };
    expect(await failureOf(read())).toMatchObject({ name: "TimeoutError" });
    openGate(gate);
  });

  test("bad arguments are refused at the call", () => {
    expect(() => pool.map(add, 5 as never, [1])).toThrow(new TypeError("map() takes iterables, got 5"));
    expect(() => (pool.map as (fn: unknown) => unknown)(add)).toThrow(
      "map() takes a function and one iterable or more",
    );
    expect(() => pool.map(echo, [1], { chunksize: 0 })).toThrow(new ValueError("chunksize must be >= 1."));
    expect(() => pool.map(echo, [1, () => 2])).toThrow(
      "argument 1 of echo() can't be sent to a worker thread: it is a function",
    );
  });
});

// It went on with the next job only: the thread slept.
test("what a job leaves running in a thread goes on, while there is no other job, too", async () => {
  await using pool = new ThreadPoolExecutor(1);
  const gate = newGate();
  await pool.submit(leaveTimer, gate, 100);
  await until(gate, 1, 1);
});

describe("the end of a worker", () => {
  test("comes when it was idle for idleTimeout, and the next job gets another", async () => {
    await using pool = new ThreadPoolExecutor(1, { idleTimeout: "1ms" });
    const { port1, port2 } = new MessageChannel();
    const ended = new Promise((resolve) => port1.addEventListener("close", resolve));
    expect(await pool.submit(keep, transfer(port2))).toBe(true);
    await ended;
    expect(await pool.submit(add, 1, 2)).toBe(3);
  });

  test("comes for a process that was idle, too", async () => {
    await using pool = new ProcessPoolExecutor(1, { idleTimeout: "1ms" });
    const [pid = 0] = await pool.submit(threadOf);
    await untilGone(pid);
    expect(await pool.submit(add, 1, 2)).toBe(3);
  });

  // The next job went to the worker that was being ended, for a reply of that worker's had come.
  test("costs no job but its own, even if that has replied", async () => {
    await using pool = new ThreadPoolExecutor(1);
    await pool.submit(add, 1, 2);
    const counter = newGate();
    const job = pool.submit(increment, counter);
    const next = pool.submit(add, 1, 2);
    while (Atomics.load(counter, 0) === 0);
    // No turn of this thread's comes between the reply and the end.
    Atomics.wait(counter, 1, 0, 20);
    pool.terminateWorkers();
    await Promise.allSettled([job]);
    expect(await next).toBe(3);
  });
});

describe("workers that can't start", () => {
  // In a program of its own: a process that can't start says why on stderr.
  test("fail their jobs with what the host says, and don't hang", async () => {
    const { stdout } = await runProgram(
      import.meta.dirname,
      `import { BrokenWorkerError, ProcessPoolExecutor, ThreadPoolExecutor } from "@tsyncio/executors";
       import { add } from "./work/functions.ts";
       for (const Executor of [ThreadPoolExecutor, ProcessPoolExecutor]) {
         await using pool = new Executor(1, { execArgv: ["--require", "/no/such/module.cjs"] });
         const jobs = [pool.submit(add, 1, 2), pool.submit(add, 1, 2)];
         for (const { reason } of await Promise.allSettled(jobs)) console.log(reason instanceof BrokenWorkerError);
       }`,
    );
    expect(stdout).toBe("true\ntrue\ntrue\ntrue\n");
  });
});

describe("bad options", () => {
  test("are refused by the constructor", () => {
    for (const bad of [0, -1, 1.5, Number.NaN]) {
      expect(() => new ThreadPoolExecutor(bad)).toThrow(
        new ValueError(`maxWorkers must be a whole number greater than 0, got ${bad}`),
      );
    }
    expect(() => new ThreadPoolExecutor("2" as never)).toThrow(TypeError);
    expect(() => new ThreadPoolExecutor(1, 5 as never)).toThrow(new TypeError("options must be an object, got 5"));
    expect(() => new ThreadPoolExecutor(1, { onCancel: "kill" as never })).toThrow(
      new ValueError('onCancel must be "leave" or "terminate", got "kill"'),
    );
    expect(() => new ThreadPoolExecutor(1, { grace: "soon" as never })).toThrow(ValueError);
    expect(() => new ThreadPoolExecutor(1, { idleTimeout: Number.NaN })).toThrow(ValueError);
  });
});

test("a loop's runInExecutor takes these executors, and gives their jobs", async () => {
  await using pool = new ThreadPoolExecutor(1);
  expect(await getEventLoop().runInExecutor(pool, add, 2, 3)).toBe(5);
  const job = getEventLoop().runInExecutor(pool, waitAtGate, newGate());
  expect(job.cancel("enough")).toBe(true);
  expect(await failureOf(job as never)).toEqual(new CancelledError("enough"));
  pool.terminateWorkers();
});
