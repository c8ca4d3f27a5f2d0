import { failureOf, hasRedis, notebook, until, withRedis } from "@tsyncio/test-support";
import { isTimeoutError, timeout } from "@tsyncio/timeouts";
import { describe, expect, test } from "vitest";
import { clusters } from "./support.ts";
import * as work from "./work/functions.ts";

describe.skipIf(!hasRedis)(withRedis("a cancelled job"), () => {
  const { executor, worker, redis } = clusters();

  test("that has not been sent never is", async () => {
    const { file, lines } = await notebook();
    await worker();
    const cluster = executor();
    const job = cluster.submit(work.note, file, "cancelled");
    expect(job.cancel()).toBe(true);
    expect(job.cancelled()).toBe(true);
    await cluster.submit(work.note, file, "next");
    expect(lines()).toEqual(["next"]);
  });

  test("that waits is taken out of the queue", async () => {
    const { file, lines } = await notebook();
    const cluster = executor();
    const job = cluster.submit(work.note, file, "cancelled");
    const steps = job.life()[Symbol.asyncIterator]();
    while ((await steps.next()).value?.event !== "waiting");
    job.cancel("changed my mind");
    expect(await failureOf(job)).toMatchObject({ name: "CancelledError", message: "changed my mind" });
    await cluster.shutdown();
    await worker();
    await executor().submit(work.note, file, "next");
    expect(lines()).toEqual(["next"]);
  });

  test("that runs is cancelled where it waits, and is not tried again", async () => {
    const { file, gate, has, lines } = await notebook();
    const told: string[] = [];
    await worker({ onEvent: ({ event }) => told.push(event) });
    const cluster = executor({ attempts: 3 });
    const job = cluster.submit(work.waitFor, file, gate, "a");
    await has(1);
    job.cancel("enough");
    expect(job.cancelled()).toBe(true);
    await has(2);
    expect(lines()).toEqual(["a begins", "a is cancelled: enough"]);
    await cluster.shutdown();
    expect(lines()).toHaveLength(2);
    await until(() => told.length > 1);
    expect(told).toEqual(["active", "cancelled"]);
  });

  test("that computes learns of it by checkCancelled()", async () => {
    const { file, has } = await notebook();
    await worker({ concurrency: 1 });
    const cluster = executor();
    const job = cluster.submit(work.spin, file);
    await has(1);
    job.cancel();
    // Its thread is free again.
    expect(await cluster.submit(work.add, 1, 2)).toBe(3);
  });

  test("that does not care is ended with its thread, where that is asked for", async () => {
    const { file, has } = await notebook();
    await worker({ concurrency: 1 });
    const cluster = executor();
    const job = cluster.with({ onCancel: "terminate", grace: "10ms" }).submit(work.stubborn, file);
    await has(1);
    job.cancel();
    expect(await cluster.submit(work.add, 1, 2)).toBe(3);
  });

  test("a timeout cancels it", async () => {
    const { file, gate, has, lines } = await notebook();
    await worker();
    const cluster = executor();
    const job = cluster.submit(work.waitFor, file, gate, "a");
    await has(1);
    const error = await failureOf(timeout("10ms", () => job));
    expect(isTimeoutError(error)).toBe(true);
    await has(2);
    expect(lines()[1]).toMatch(/^a is cancelled/);
  });

  test("goes on while somebody else here waits for it", async () => {
    const { file, gate, has, open } = await notebook();
    await worker();
    const cluster = executor();
    const job = cluster.submit(work.waitFor, file, gate, "a");
    const other = cluster.attach<string>(job.id);
    await has(1);
    job.cancel();
    open();
    expect(await other).toBe("a");
  });

  test("is cancelled for others who wait for it elsewhere, and its id may be used again", async () => {
    const { file, gate, has, open } = await notebook();
    await worker();
    const [here, there] = [executor(), executor()];
    const options = { jobId: "the-one" };
    const job = here.with(options).submit(work.waitFor, file, gate, "a");
    await has(1);
    const other = there.attach(job.id);
    // It has been found when what came after it has ended.
    await there.submit(work.add, 1, 2);
    job.cancel("enough");
    expect(await failureOf(other)).toMatchObject({ name: "CancelledError", message: "enough" });
    open();
    expect(await here.with(options).submit(work.waitFor, file, gate, "b")).toBe("b");
  });

  test("that waited, and was submitted again under its id at once, is run", async () => {
    const { file, lines } = await notebook();
    const cluster = executor().with({ jobId: "the-one" });
    const job = cluster.submit(work.note, file, "first");
    const steps = job.life()[Symbol.asyncIterator]();
    while ((await steps.next()).value?.event !== "waiting");
    job.cancel();
    const again = cluster.submit(work.note, file, "second");
    await worker();
    expect(await again).toBe("second");
    expect(lines()).toEqual(["second"]);
  });

  test("that a worker has, and was submitted again under its id at once, is run again when it has ended", async () => {
    const { file, gate, has, lines, open } = await notebook();
    await worker();
    const cluster = executor().with({ jobId: "the-one" });
    const job = cluster.submit(work.waitFor, file, gate, "first");
    await has(1);
    job.cancel("enough");
    const again = cluster.submit(work.waitFor, file, gate, "second");
    await has(3);
    open();
    expect(await again).toBe("second");
    expect(lines()).toEqual(["first begins", "first is cancelled: enough", "second begins"]);
  });

  test("is another one than the next of its id, for workers that did not have it, too", async () => {
    const { file, gate, has, open } = await notebook();
    const first = await worker();
    const cluster = executor().with({ jobId: "the-one" });
    const job = cluster.submit(work.waitFor, file, gate, "a");
    await has(1);
    await worker();
    job.cancel();
    await has(2);
    await first.close();
    open();
    expect(await cluster.submit(work.waitFor, file, gate, "b")).toBe("b");
  });

  test("that was not there does not take one with it that is submitted under its id", async () => {
    await worker();
    const cluster = executor();
    for (const jobId of ["before the link is there", "and when it is"]) {
      cluster.attach(jobId).cancel();
      expect(await cluster.with({ jobId }).submit(work.add, 1, 2)).toBe(3);
    }
  });

  test("whose message went lost with Redis does not take one with it that is submitted again", async () => {
    await worker();
    const cluster = executor({ connectTimeout: "20s" });
    expect(await cluster.submit(work.add, 1, 2)).toBe(3);
    await redis().kill();
    const job = cluster.attach("the-one");
    job.cancel();
    const again = cluster.with({ jobId: "the-one" }).submit(work.add, 3, 4);
    await redis().start();
    expect(await again).toBe(7);
  });

  test("that had ended unheard keeps its result for others", async () => {
    await worker();
    const [here, there] = [executor(), executor()];
    const options = { jobId: "the-one" };
    expect(await here.with(options).submit(work.add, 1, 2)).toBe(3);
    await there.submit(work.add, 1, 2);
    there.attach("the-one").cancel();
    await there.shutdown();
    expect(await here.attach("the-one")).toBe(3);
  });

  test("that somebody takes out of the queue is cancelled for who waits", async () => {
    const { file } = await notebook();
    const [here, there] = [executor(), executor()];
    const job = here.submit(work.note, file, "never");
    const steps = job.life()[Symbol.asyncIterator]();
    while ((await steps.next()).value?.event !== "waiting");
    there.attach(job.id).cancel();
    expect(await failureOf(job)).toMatchObject({
      name: "CancelledError",
      message: "it was removed from the queue",
    });
  });

  test("that its worker got before it died is left by the next worker", async () => {
    const { file, gate, has, lines } = await notebook();
    const first = await worker();
    const cluster = executor();
    const job = cluster.submit(work.waitFor, file, gate, "a");
    await has(1);
    // What is given back is what a worker that died leaves behind, but at once.
    const closed = first.close({ grace: 0 });
    job.cancel();
    await closed;
    await worker();
    expect(await executor().submit(work.add, 1, 2)).toBe(3);
    await cluster.shutdown();
    expect(lines().filter((line) => line === "a begins")).toHaveLength(1);
  });

  test("leaves nothing behind: a thousand are cancelled at once, and the queue is empty", async () => {
    const { file, lines } = await notebook();
    const cluster = executor();
    const jobs = Array.from({ length: 1000 }, (_, i) => cluster.submit(work.note, file, String(i)));
    const steps = jobs.at(-1)?.life()[Symbol.asyncIterator]();
    while ((await steps?.next())?.value?.event !== "waiting");
    for (const job of jobs) job.cancel();
    await cluster.shutdown();
    await worker();
    await executor().submit(work.note, file, "next");
    expect(lines()).toEqual(["next"]);
  });

  test("gives its worker to the next one, when cancelled from a process that ends thereafter", async () => {
    const { file, gate, has } = await notebook();
    await worker({ concurrency: 1 });
    const cluster = executor();
    const job = cluster.submit(work.waitFor, file, gate, "a");
    await has(1);
    job.cancel();
    // A shutdown waits until the worker has been told.
    await cluster.shutdown();
    await until(() => job.done());
    expect(await executor().submit(work.add, 1, 2)).toBe(3);
  });
});
