import type { MessagePort } from "node:worker_threads";
import { builtin, library, workerFile } from "./host.js";
import type { PoolJob } from "./job.js";
import { JobAbort } from "./job-abort.js";
import { type JobSource, TaskFeed } from "./task-feed.js";
import type { Note, Reply } from "./wire.js";
import type { WorkerOptions, WorkerPool } from "./worker-pool.js";

type Task = Parameters<import("piscina").TaskQueue["push"]>[0];

/** A job that the pool has. */
interface Run {
  readonly job: PoolJob<unknown>;
  /** What ends its worker, if a cancellation may do that: a job that has one costs the pool more. */
  readonly abort: JobAbort | null;
  /** Its worker's, once that has written a note. */
  port: MessagePort | null;
  /** Why it was ended together with all others, if the host said so. */
  failure: unknown;
}

/** Threads, kept by piscina. */
export function threadWorkers(count: number, idleMs: number, options: WorkerOptions, source: JobSource): WorkerPool {
  const { Piscina } = library("piscina");
  const { receiveMessageOnPort } = builtin("node:worker_threads");
  /** One for each worker, which sends it when it has started. */
  const ports = new Set<MessagePort>();
  const running = new Map<number, Run>();
  const start = () => {
    const feed: TaskFeed<Task> = new TaskFeed<Task>(source, () => pool.idleThreads > 0);
    const pool: import("piscina").Piscina = new Piscina({
      filename: workerFile(),
      name: "run",
      minThreads: 0,
      maxThreads: count,
      idleTimeout: idleMs,
      stricterFIFO: true,
      taskQueue: feed,
      recordTiming: false,
      ...(options as ConstructorParameters<typeof Piscina>[0]),
    });
    pool.on("message", (message: { tsyncio?: MessagePort }) => {
      const port = message.tsyncio;
      if (port === undefined) return;
      ports.add(port);
      // As the web has it: on Deno a port that came in a message has nothing else.
      port.addEventListener("message", (event: Event) => take(port, (event as MessageEvent).data as Note));
      port.addEventListener("close", () => ports.delete(port));
      port.start();
      // A job holds the process. Notes do not.
      port.unref?.();
    });
    // A worker that ends while nothing runs in it is no error: the next job gets another. One that can't even start would be tried for ever.
    pool.on("error", (error) => {
      if (pool.threads.length === 0 && pool.queueSize > 0) endAll(error);
    });
    return { pool, feed };
  };
  let { pool, feed } = start();
  /** Resolved when those are gone that were ended together. */
  let ending: Promise<unknown> = Promise.resolve();

  const take = (port: MessagePort, note: Note) => {
    const run = running.get(note[0]);
    if (run === undefined) return;
    run.port = port;
    run.job.noted(note);
  };
  /** Takes in what was written before a reply that has come: it has come, too, and stands in the queues of the ports. */
  const takeAll = () => {
    for (const port of ports) {
      for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
        take(port, got.message as Note);
      }
    }
  };
  /** A pool that ends its workers takes nothing meanwhile: another one goes on. */
  const endAll = (failure: unknown) => {
    for (const run of running.values()) run.failure = failure;
    feed.close();
    ending = Promise.all([ending, pool.destroy()]);
    ({ pool, feed } = start());
  };

  return {
    medium: "thread",
    run(job, onReply, onFailure) {
      const abort = job.options.terminateAfter === null ? null : new JobAbort();
      const run: Run = { job, abort, port: null, failure: null };
      running.set(job.id, run);
      const taskOptions = { transferList: job.transfer as [], ...(abort !== null && { signal: abort }) };
      const { message } = job;
      feed
        .give(() => pool.run(message, taskOptions))
        .then(
          (reply: Reply) => {
            if (reply[2]) takeAll();
            running.delete(job.id);
            onReply(reply);
          },
          (error: unknown) => {
            takeAll();
            running.delete(job.id);
            onFailure(run.failure ?? error);
          },
        );
    },
    post(job, note, transfer) {
      const port = running.get(job.id)?.port ?? null;
      if (port !== null) port.postMessage(note, transfer as []);
      else for (const each of ports) each.postMessage(note);
    },
    terminate: (job) => running.get(job.id)?.abort?.abort(),
    terminateAll: () => endAll(null),
    async destroy() {
      feed.close();
      await Promise.all([ending, pool.destroy()]);
      // Elsewhere than on Node the end of a worker does not close them.
      for (const port of ports) port.close();
    },
  };
}
