import type { TinypoolChannel } from "tinypool";
import { loadTinypool, workerFile } from "./host.js";
import type { Note, SentMessage } from "./wire.js";
import { WorkerLeases } from "./worker-leases.js";
import type { PoolOwner, WorkerOptions, WorkerPool } from "./worker-pool.js";

/** Child processes, kept by tinypool. */
export function processWorkers(count: number, idleMs: number, options: WorkerOptions, owner: PoolOwner): WorkerPool {
  const { env, execArgv } = options;
  const filename = workerFile();
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
      if (pool.threads.length === 0) leases.fail(error);
    });
    return pool;
  });

  const leases = new WorkerLeases(
    "process",
    owner,
    (signal, onNote) => {
      const channel = new Channel(onNote);
      const over = loading.then((pool) => pool.run(null, { signal, channel }));
      return { post: (message) => channel.post(message), over, close() {} };
    },
    async () => (await loading).destroy(),
  );
  return leases;
}

/** Not what says that the program is text on the command line. */
function isForChildren(option: string, index: number, all: string[]): boolean {
  const ofText = /^(-e|-p|-pe|--eval|--print)$/;
  return !ofText.test(option) && !ofText.test(all[index - 1] ?? "") && !option.startsWith("--input-type");
}

/** The channel of a process that is lent, beside what the pool sends on it. */
class Channel implements TinypoolChannel {
  readonly #onNote: (note: Note) => void;
  #send: ((message: unknown) => void) | null = null;
  /** What was written before there was a process. */
  #waiting: (SentMessage | Note)[] = [];

  constructor(onNote: (note: Note) => void) {
    this.#onNote = onNote;
  }

  /** The pool lends a process: this is the way there. */
  onMessage(send: (message: unknown) => void): void {
    this.#send = send;
    for (const message of this.#waiting) this.post(message);
    this.#waiting = [];
  }

  /** The process has sent something that is not the pool's. */
  postMessage(message: { tsyncio?: Note } | null): void {
    if (message?.tsyncio !== undefined) this.#onNote(message.tsyncio);
  }

  post(message: SentMessage | Note): void {
    if (this.#send === null) this.#waiting.push(message);
    else this.#send({ tsyncio: message });
  }
}
