import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CancelledError } from "@tsyncio/contract";
import { ThreadPoolExecutor } from "@tsyncio/executors";
import { createTask, gather } from "@tsyncio/tasks";
import { describe, expect, onTestFinished, test } from "vitest";
import { failureOf, kinds, newGate, openGate, sharedPool, until } from "./support.ts";
import { add, echo, sleepy, spin, threadOf, untilAborted, waitAtGate } from "./work/functions.ts";

describe("a queued job that is cancelled", () => {
  test("is taken out of the queue: no worker ever sees it", async () => {
    await using pool = new ThreadPoolExecutor(1);
    const gate = newGate();
    const jobs = ["a", "b", "c"].map((name) => pool.submit(waitAtGate, gate, name));
    expect(jobs[1]?.cancel("no longer needed")).toBe(true);
    expect(jobs[1]?.cancelled()).toBe(true);
    expect(await failureOf(jobs[1] as never)).toEqual(new CancelledError("no longer needed"));
    openGate(gate);
    expect(await Promise.all([jobs[0], jobs[2]])).toEqual(["a", "c"]);
    expect(Atomics.load(gate, 1)).toBe(2);
  });

  test("may be one of 10,000, from either end", async () => {
    await using pool = new ThreadPoolExecutor(1);
    const gate = newGate();
    const first = pool.submit(waitAtGate, gate);
    const jobs = Array.from({ length: 10_000 }, (_, n) => pool.submit(echo, n));
    for (const [n, job] of jobs.entries()) if (n % 1000 !== 0) job.cancel();
    openGate(gate);
    await first;
    const rest = jobs.filter((job) => !job.cancelled());
    expect(await gather(rest)).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000]);
  });
});

describe("a running job that is cancelled", () => {
  const pool = sharedPool(ThreadPoolExecutor);

  test("is left to run, as in asyncio, while its future is cancelled at once", async () => {
    await using one = new ThreadPoolExecutor(1);
    const gate = newGate();
    const job = one.submit(waitAtGate, gate);
    const next = one.submit(add, 1, 2);
    await until(gate, 1, 1);
    expect(job.cancel()).toBe(true);
    expect(job.cancelled()).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(next.done()).toBe(false);
    openGate(gate);
    expect(await next).toBe(3);
  });

  test("by the task that awaits it: the task ends, too", async () => {
    const gate = newGate();
    const task = createTask(async () => pool.submit(waitAtGate, gate));
    await until(gate, 1, 1);
    task.cancel("enough");
    expect(await failureOf(task)).toEqual(new CancelledError("enough"));
    openGate(gate);
  });

  test("sees it by checkCancelled() while it computes", async () => {
    const gate = newGate();
    const job = pool.submit(spin, gate);
    await until(gate, 1, 1);
    job.cancel();
    await until(gate, 2, 1);
  });

  test("sees its signal aborted", async () => {
    const gate = newGate();
    const job = pool.submit(untilAborted, gate);
    await until(gate, 1, 1);
    job.cancel();
    await until(gate, 2, 1);
  });

  test("with onCancel: terminate is ended with its worker, and the next job gets a new one", async () => {
    await using one = new ThreadPoolExecutor(1, { onCancel: "terminate" });
    const before = await one.submit(threadOf);
    const gate = newGate();
    const job = one.submit(waitAtGate, gate);
    const next = one.submit(threadOf);
    await until(gate, 1, 1);
    job.cancel();
    expect(await next).not.toEqual(before);
  });

  test("with a grace may end by itself, and keeps its worker then", async () => {
    await using one = new ThreadPoolExecutor(1, { onCancel: "terminate", grace: "5s" });
    const before = await one.submit(threadOf);
    const gate = newGate();
    const job = one.submit(spin, gate);
    await until(gate, 1, 1);
    job.cancel();
    await until(gate, 2, 1);
    expect(await one.submit(threadOf)).toEqual(before);
  });

  test("that lets its grace pass is ended with its worker", async () => {
    await using one = new ThreadPoolExecutor(1, { onCancel: "terminate", grace: "10ms" });
    const gate = newGate();
    const job = one.submit(waitAtGate, gate);
    await until(gate, 1, 1);
    job.cancel();
    expect(await one.submit(add, 1, 2)).toBe(3);
  });

  test("can have the option for itself, by with()", async () => {
    await using one = new ThreadPoolExecutor(1);
    const gate = newGate();
    const job = one.with({ onCancel: "terminate" }).submit(waitAtGate, gate);
    await until(gate, 1, 1);
    job.cancel();
    expect(await one.submit(add, 1, 2)).toBe(3);
  });
});

describe.each(kinds)("a coroutine that is cancelled in $kind", ({ Executor }) => {
  const pool = sharedPool(Executor);

  test("gets a CancelledError where it waits, and cleans up", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tsyncio-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "end");
    const job = pool.submit(sleepy, file);
    for await (const _ of job.reports()) break;
    expect(existsSync(file)).toBe(false);
    job.cancel();
    while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(await pool.submit(add, 1, 2)).toBe(3);
  });
});

test("a process is ended by onCancel: terminate, too", async () => {
  const { ProcessPoolExecutor } = await import("@tsyncio/executors");
  await using one = new ProcessPoolExecutor(1, { onCancel: "terminate" });
  const before = await one.submit(threadOf);
  const job = one.submit(sleepy, "");
  for await (const _ of job.reports()) break;
  job.cancel();
  expect(await one.submit(threadOf)).not.toEqual(before);
});
