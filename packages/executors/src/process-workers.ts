import type { Task, TaskQueue, Tinypool, TinypoolChannel } from "tinypool";
import { loadTinypool, workerFile } from "./host.js";
import type { PoolJob } from "./job.js";
import { JobAbort } from "./job-abort.js";
import { type Packed, unpack } from "./packed.js";
import { decodeFailure } from "./remote-errors.js";
import { type JobSource, TaskFeed } from "./task-feed.js";
import { DYING, type Note, type Reply } from "./wire.js";
import type { WorkerOptions, WorkerPool } from "./worker-pool.js";

/** Child processes, kept by tinypool. */
export function processWorkers(count: number, idleMs: number, options: WorkerOptions, source: JobSource): WorkerPool {
  const { env, execArgv } = options;
  const filename = workerFile();
  const running = new Map<PoolJob<unknown>, ProcessRun>();
  const feed = new TaskFeed<Task>(source, () => true);
  let pool: Tinypool | null = null;
  const loading = loadTinypool().then(({ Tinypool }) => {
    const loaded = new Tinypool({
      runtime: "child_process",
      serialization: "advanced",
      // Its `cancel` is for a method of the pool's that is never called here.
      taskQueue: feed as TaskFeed<Task> & Pick<TaskQueue, "cancel">,
      filename,
      name: "run",
      minThreads: 0,
      maxThreads: count,
      idleTimeout: Math.min(idleMs, 2 ** 31 - 1),
      env: env ?? (process.env as Record<string, string>),
      execArgv: execArgv ?? process.execArgv.filter(isForChildren),
    });
    // One that ends while nothing runs in it is no error: the next job gets another. One that can't even start would be tried for ever.
    loaded.on("error", (error) => {
      if (loaded.threads.length > 0) return;
      for (const run of running.values()) if (!run.hasProcess()) run.fail(error);
    });
    pool = loaded;
    return loaded;
  });

  return {
    medium: "process",
    run(job, onReply, onFailure) {
      const run = new ProcessRun(job);
      running.set(job, run);
      const give = (to: Tinypool) => feed.give(() => to.run(job.message, { signal: run, channel: run }));
      (pool === null ? loading.then(give) : give(pool)).then(
        (reply: Packed<Reply>) => {
          running.delete(job);
          onReply(unpack(reply));
        },
        (error: unknown) => {
          running.delete(job);
          onFailure(run.failure ?? error);
        },
      );
    },
    post: (job, note) => running.get(job)?.post(note),
    terminate: (job) => running.get(job)?.abort(),
    terminateAll() {
      for (const run of running.values()) run.abort();
    },
    async destroy() {
      feed.close();
      await (await loading).destroy();
    },
  };
}

/** Not what says that the program is text on the command line. */
function isForChildren(option: string, index: number, all: string[]): boolean {
  const ofText = /^(-e|-p|-pe|--eval|--print)$/;
  return !ofText.test(option) && !ofText.test(all[index - 1] ?? "") && !option.startsWith("--input-type");
}

/** A job in a process, as the pool sees it: its signal, and the channel for notes to and from that process. */
class ProcessRun extends JobAbort implements TinypoolChannel {
  readonly #job: PoolJob<unknown>;
  #send: ((message: unknown) => void) | null = null;
  /** Notes that were written before the process had the job. */
  #waiting: Note[] | null = null;

  constructor(job: PoolJob<unknown>) {
    super();
    this.#job = job;
  }

  /** The pool has given it to a process: this is the way there. */
  onMessage(send: (message: unknown) => void): void {
    this.#send = send;
    for (const note of this.#waiting ?? []) this.post(note);
    this.#waiting = null;
  }

  /** The process has sent something that is not the pool's. */
  postMessage(message: { tsyncio?: Note } | null): void {
    const note = message?.tsyncio;
    // First its error, then its exit.
    if (note?.[1] === DYING) this.failure ??= decodeFailure(note[2]);
    else if (note !== undefined) this.#job.noted(note);
  }

  hasProcess(): boolean {
    return this.#send !== null;
  }

  post(note: Note): void {
    if (this.#send === null) (this.#waiting ??= []).push(note);
    else this.#send({ tsyncio: note });
  }
}
