import type { MessagePort } from "node:worker_threads";
import { builtin, library, workerFile } from "./host.js";
import type { PoolJob } from "./job.js";
import { JobAbort } from "./job-abort.js";
import type { Note, Reply } from "./wire.js";
import type { WorkerOptions, WorkerPool } from "./worker-pool.js";

/** Threads, kept by piscina. */
export function threadWorkers(count: number, idleMs: number, options: WorkerOptions): WorkerPool {
  const { Piscina } = library("piscina");
  const { receiveMessageOnPort } = builtin("node:worker_threads");
  /** One for each worker, which sends it when it has started. Which worker has a job is known when that has written a note. */
  const ports = new Set<MessagePort>();
  const running = new Map<number, { job: PoolJob<unknown>; abort: JobAbort; port: MessagePort | null }>();
  const pool = new Piscina({
    filename: workerFile(),
    name: "run",
    minThreads: 0,
    maxThreads: count,
    idleTimeout: idleMs,
    stricterFIFO: true,
    ...(options as ConstructorParameters<typeof Piscina>[0]),
  });

  pool.on("message", (message: { tsyncio?: MessagePort }) => {
    const port = message.tsyncio;
    if (port === undefined) return;
    ports.add(port);
    port.on("message", (note: Note) => take(port, note));
    port.on("close", () => ports.delete(port));
    // A job holds the process, by the pool. Notes do not.
    port.unref();
  });
  // A worker that ends while nothing runs in it is no error: the next job gets another. One that can't even start would be tried for ever.
  pool.on("error", (error) => {
    if (pool.threads.length > 0 || pool.queueSize === 0) return;
    for (const { abort } of [...running.values()].slice(-pool.queueSize)) abort.fail(error);
  });

  const take = (port: MessagePort, note: Note) => {
    const run = running.get(note[0]);
    if (run === undefined) return;
    run.port = port;
    run.job.noted(note);
  };
  /** Takes in what was written before a reply that has come: it has come, too, and stands in the queues of the ports. */
  const takeAll = () => {
    for (const port of ports) {
      for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port))
        take(port, got.message);
    }
  };

  return {
    medium: "thread",
    async run(job) {
      const abort = new JobAbort();
      running.set(job.id, { job, abort, port: null });
      try {
        return (await pool.run(job.message, { transferList: job.transfer as [], signal: abort })) as Reply;
      } catch (error) {
        throw abort.failure ?? error;
      } finally {
        takeAll();
        running.delete(job.id);
      }
    },
    post(job, note, transfer) {
      const port = running.get(job.id)?.port ?? null;
      if (port !== null) port.postMessage(note, transfer as []);
      else for (const each of ports) each.postMessage(note);
    },
    terminate(job) {
      running.get(job.id)?.abort.abort();
    },
    destroy: () => pool.destroy(),
  };
}
