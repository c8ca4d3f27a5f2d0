import { BrokenWorkerError, queueProxy } from "@tsyncio/executors";
import { LifoQueue, Queue } from "@tsyncio/sync";
import { allTasks, createTask } from "@tsyncio/tasks";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { failureOf, kinds } from "./support.ts";
import { consume, consumeNervously, produce, produceNervously, takeAndExit } from "./work/more-functions.ts";

const range = (count: number) => Array.from({ length: count }, (_, n) => n);

afterEach(() => expect(allTasks().size).toBe(0));

describe.each(kinds)("a queue that is handed to $kind", ({ Executor }) => {
  const pool = new Executor(2, { functions: { begun: () => new Promise((resolve) => setTimeout(resolve, 5)) } });
  afterAll(() => pool.shutdown());

  test("gives its items to workers that iterate, until it is shut down", async () => {
    const queue = new Queue<number>(5);
    const consumers = [pool.submit(consume, queueProxy(queue)), pool.submit(consume, queueProxy(queue))];
    for (const n of range(100)) await queue.put(n);
    await queue.join();
    queue.shutdown();
    const [a, b] = await Promise.all(consumers);
    expect((a as number) + (b as number)).toBe(4950);
  });

  test("takes the items of workers, who wait while it is full", async () => {
    const queue = new Queue<number>(3);
    const producer = pool.submit(produce, queueProxy(queue), 0, 10);
    while (!queue.full()) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(producer.done()).toBe(false);
    const items: number[] = [];
    while (items.length < 10) items.push(await queue.get());
    await producer;
    expect(items).toEqual(range(10));
  });

  test("goes from worker to worker", async () => {
    const queue = new Queue<number>(2);
    const consumer = pool.submit(consume, queueProxy(queue));
    await pool.submit(produce, queueProxy(queue), 0, 20);
    queue.shutdown();
    expect(await consumer).toBe(190);
  });

  test("loses nothing to a worker that cancels its gets, and keeps its order", async () => {
    const queue = new Queue<number>(2);
    const consumer = pool.submit(consumeNervously, queueProxy(queue));
    for (const n of [...range(60), -1]) await queue.put(n);
    expect(await consumer).toEqual([...range(60), -1]);
    expect(queue.qsize()).toBe(0);
  });

  test("gets nothing twice from a worker that cancels its puts", async () => {
    const queue = new Queue<number>(2);
    const producer = pool.submit(produceNervously, queueProxy(queue), 40);
    const items: number[] = [];
    while (!producer.done() || !queue.empty()) {
      if (queue.empty()) await new Promise((resolve) => setTimeout(resolve, 1));
      else items.push(queue.getNowait());
    }
    await producer;
    expect(items).toEqual(range(40));
  });

  test("loses nothing to a worker that dies while it waits", async () => {
    const queue = new Queue<number>();
    for (const n of range(3)) queue.putNowait(n);
    const job = pool.submit(takeAndExit, queueProxy(queue), 3);
    expect(await failureOf(job)).toBeInstanceOf(BrokenWorkerError);
    const getter = createTask(queue.get());
    queue.putNowait(3);
    expect(await getter).toBe(3);
  });

  test("gets back what was on its way to a worker that dies", async () => {
    const queue = new Queue<number>();
    for (const n of range(5)) queue.putNowait(n);
    const job = pool.submit(takeAndExit, queueProxy(queue), 2);
    expect(await failureOf(job)).toBeInstanceOf(BrokenWorkerError);
    // The third may have come: then it is the worker's, and gone with it.
    const rest: number[] = [];
    while (!queue.empty()) rest.push(queue.getNowait());
    expect([range(5).slice(2), range(5).slice(3)]).toContainEqual(rest);
  });

  test("has a call that waits ended with the job that is cancelled", async () => {
    const queue = new Queue<number>();
    const job = pool.submit(consume, queueProxy(queue));
    queue.putNowait(1);
    await queue.join();
    job.cancel();
    while (allTasks().size > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    queue.putNowait(2);
    expect(queue.qsize()).toBe(1);
  });
});

test("a proxy works where it is, too: the function can be called directly", async () => {
  const queue = new LifoQueue<number>();
  for (const n of range(4)) queue.putNowait(n);
  queue.shutdown();
  expect(await consume(queueProxy(queue))).toBe(6);
});

test("what is no queue is refused", () => {
  expect(() => queueProxy([] as never)).toThrow(new TypeError("queueProxy() takes a queue, got an array of 0"));
});
