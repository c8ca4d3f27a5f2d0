import { builtin, loadTinypool, workerFile } from "./host.js";
import type { PoolJob } from "./job.js";
import { JobAbort } from "./job-abort.js";
import type { Note, Reply } from "./wire.js";
import type { WorkerOptions, WorkerPool } from "./worker-pool.js";

/** Child processes, kept by tinypool. */
export function processWorkers(count: number, idleMs: number, options: WorkerOptions): WorkerPool {
  const { serialize, deserialize } = builtin("node:v8");
  const { env, execArgv } = options;
  const filename = workerFile();
  const running = new Map<PoolJob<unknown>, ProcessRun>();
  const loading = loadTinypool().then(({ Tinypool }) => {
    const pool = new Tinypool({
      runtime: "child_process",
      serialization: "advanced",
      filename,
      name: "run",
      minThreads: 0,
      maxThreads: count,
      idleTimeout: Math.min(idleMs, 2 ** 31 - 1),
      env: env ?? (process.env as Record<string, string>),
      execArgv: execArgv ?? process.execArgv.filter(isForChildren),
    });
    // One that ends while nothing runs in it is no error: the next job gets another. One that can't even start would be tried for ever.
    pool.on("error", (error) => {
      if (pool.threads.length > 0) return;
      for (const state of running.values()) if (!state.hasProcess()) state.abort.fail(error);
    });
    return pool;
  });

  return {
    medium: "process",
    run(job, onReply, onFailure) {
      const state = new ProcessRun(job);
      running.set(job, state);
      const { abort, channel } = state;
      // As bytes, at once: the pool would clone it twice, and an error would come too late.
      const bytes = serialize(job.message);
      loading
        .then((pool) => pool.run(bytes, { signal: abort, channel }))
        .then(
          (reply: Uint8Array) => {
            running.delete(job);
            onReply(deserialize(reply) as Reply);
          },
          (error: unknown) => {
            running.delete(job);
            onFailure(abort.failure ?? error);
          },
        );
    },
    post: (job, note) => running.get(job)?.post(note),
    terminate: (job) => running.get(job)?.abort.abort(),
    terminateAll() {
      for (const { abort } of running.values()) abort.abort();
    },
    destroy: async () => (await loading).destroy(),
  };
}

/** Not what says that the program is text on the command line. */
function isForChildren(option: string, index: number, all: string[]): boolean {
  const ofText = /^(-e|-p|-pe|--eval|--print)$/;
  return !ofText.test(option) && !ofText.test(all[index - 1] ?? "") && !option.startsWith("--input-type");
}

/** A job in a process, and the channel to that process. */
class ProcessRun {
  readonly abort: JobAbort = new JobAbort();
  readonly #job: PoolJob<unknown>;
  #send: ((message: unknown) => void) | null = null;
  /** Notes that were written before the process had the job. */
  #waiting: Note[] = [];

  constructor(job: PoolJob<unknown>) {
    this.#job = job;
  }

  readonly channel = {
    onMessage: (send: (message: unknown) => void): void => {
      this.#send = send;
      for (const note of this.#waiting) this.post(note);
      this.#waiting = [];
    },
    postMessage: (message: { tsyncio?: Note } | null): void => {
      if (message?.tsyncio !== undefined) this.#job.noted(message.tsyncio);
    },
  };

  /** Whether the pool has given it to a process. */
  hasProcess(): boolean {
    return this.#send !== null;
  }

  post(note: Note): void {
    if (this.#send === null) this.#waiting.push(note);
    else this.#send({ tsyncio: note });
  }
}
