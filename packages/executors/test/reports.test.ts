import { checkCancelled, report } from "@tsyncio/executors";
import { getEventLoop } from "@tsyncio/loop";
import { createTask, forEach } from "@tsyncio/tasks";
import { describe, expect, expectTypeOf, test } from "vitest";
import { failureOf, kinds, sharedPool } from "./support.ts";
import { add, count, countLater, failWith, sleepy } from "./work/functions.ts";

async function collect<P>(reports: AsyncIterable<P>): Promise<P[]> {
  const all: P[] = [];
  for await (const value of reports) all.push(value);
  return all;
}

describe.each(kinds)("reports of a job in $kind", ({ Executor }) => {
  const pool = sharedPool(Executor);

  test("come one after the other, all of them", async () => {
    const job = pool.submit(count, 50);
    expectTypeOf(job.reports<number>()).toExtend<AsyncIterable<number>>();
    expect(await collect(job.reports())).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    expect(await job).toBe(50);
  });

  test("come while the job goes on, in generator coroutines, too", async () => {
    const job = pool.submit(sleepy, "/dev/null");
    const seen: unknown[] = [];
    await createTask(
      forEach(job.reports(), function* (what) {
        seen.push([what, job.done()]);
        return false;
      }),
    );
    expect(seen).toEqual([["begun", false]]);
    job.cancel();
  });

  test("end with a job that fails, whose error is for who awaits it", async () => {
    const job = pool.submit(failWith, "plain");
    expect(await collect(job.reports())).toEqual([]);
    expect(await failureOf(job)).toEqual(new TypeError("a plain one"));
  });

  test("end with a job that is cancelled", async () => {
    const job = pool.submit(countLater, 1000);
    const reports = job.reports();
    for await (const _ of reports) break;
    job.cancel();
    expect((await collect(reports)).length).toBeLessThan(1000);
  });

  test("of a job that is done are none", async () => {
    const job = pool.submit(add, 1, 2);
    await job;
    expect(await collect(job.reports())).toEqual([]);
  });

  test("a wait for a report that is cancelled takes none", async () => {
    const job = pool.submit(countLater, 20);
    const reports = job.reports<number>();
    const seen: number[] = [];
    const read = async () => {
      for await (const n of reports) seen.push(n);
    };
    while (!job.done()) {
      const reader = createTask(read);
      await new Promise((resolve) => setTimeout(resolve, 2));
      reader.cancel();
      await failureOf(reader).catch(() => {});
    }
    await read();
    expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  });

  test("that can't be sent are refused inside the job", async () => {
    const { reportFunction } = await import("./work/more-functions.ts");
    expect(String(await failureOf(pool.submit(reportFunction)))).toContain("TypeError: the report can't be sent");
  });
});

test("report and checkCancelled do nothing outside of jobs, so that functions can be called directly", () => {
  report(5);
  checkCancelled();
  expect(count(3)).toBe(3);
  expect(getEventLoop().isClosed()).toBe(false);
});
