import { builtin, library, workerFile } from "./host.js";
import type { Note } from "./wire.js";
import { WorkerLeases } from "./worker-leases.js";
import type { PoolOwner, WorkerOptions, WorkerPool } from "./worker-pool.js";

/** Threads, kept by piscina. */
export function threadWorkers(count: number, idleMs: number, options: WorkerOptions, owner: PoolOwner): WorkerPool {
  const { Piscina } = library("piscina");
  const { MessageChannel, receiveMessageOnPort } = builtin("node:worker_threads");
  const pool = new Piscina({
    filename: workerFile(),
    name: "run",
    minThreads: 0,
    maxThreads: count,
    idleTimeout: idleMs,
    // They would sleep while they are not lent, and with them what a job has left running.
    atomics: "disabled",
    recordTiming: false,
    ...(options as ConstructorParameters<typeof Piscina>[0]),
  });
  // A worker that ends while nothing runs in it is no error: the next job gets another. One that can't even start would be tried for ever.
  pool.on("error", (error) => {
    if (pool.threads.length === 0) leases.fail(error);
  });

  const leases = new WorkerLeases(
    "thread",
    owner,
    (signal, onNote, onUnreadable) => {
      const { port1, port2 } = new MessageChannel();
      port1.on("message", onNote);
      port1.on("messageerror", onUnreadable);
      // A job holds the process, and a worker that is kept for the next one does. The port does not.
      port1.unref();
      return {
        post: (message, transfer) => port1.postMessage(message, transfer as []),
        over: pool.run(port2, { transferList: [port2], signal }),
        close() {
          for (let got = receiveMessageOnPort(port1); got !== undefined; got = receiveMessageOnPort(port1)) {
            onNote(got.message as Note);
          }
          port1.close();
        },
      };
    },
    () => pool.destroy(),
  );
  return leases;
}
