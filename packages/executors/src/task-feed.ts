/** The executor's queue, as its pool sees it. */
export interface JobSource {
  /** Whether a job waits in it. */
  readonly hasNext: () => boolean;
  /** Has the pool run that job. */
  readonly runNext: () => void;
}

/**
 * What a pool takes as its queue of tasks. It asks for the next task in the moment in which a worker is done with one, before anybody
 * hears of the result; only then a job leaves the executor's queue, in which it can be cancelled, and it is on its way to the worker as soon
 * as if it had stood in the pool's.
 */
export class TaskFeed<Task> {
  readonly #source: JobSource;
  readonly #hasIdleWorker: () => boolean;
  /** Tasks for workers that start. */
  readonly #waiting: Task[] = [];
  /** Whether the pool is getting its task from the source. */
  #isPulling = false;
  /** Whether it may: not while it is given a job without having asked, for an idle worker would be passed over then; not once it ends. */
  #mayPull = true;

  constructor(source: JobSource, hasIdleWorker: () => boolean) {
    this.#source = source;
    this.#hasIdleWorker = hasIdleWorker;
  }

  /** Gives a task to the pool: by its own `run`, which calls {@link push} if no worker can take it at once. */
  give<T>(run: () => T): T {
    if (!this.#mayPull) return run();
    this.#mayPull = false;
    try {
      return run();
    } finally {
      this.#mayPull = true;
    }
  }

  /** The pool ends its workers, and what waits for them. */
  close(): void {
    this.#mayPull = false;
  }

  get size(): number {
    if (this.#isPulling) return 1;
    const canPull = this.#mayPull && this.#source.hasNext() && this.#hasIdleWorker();
    return this.#waiting.length + (canPull ? 1 : 0);
  }

  shift(): Task | null {
    if (this.#waiting.length === 0) this.#pull();
    return this.#waiting.shift() ?? null;
  }

  push(task: Task): void {
    this.#waiting.push(task);
  }

  unshift(task: Task): void {
    this.#waiting.unshift(task);
  }

  remove(task: Task): void {
    const index = this.#waiting.indexOf(task);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  /** The pool is told that tasks wait, so it adds this one to them: it comes by `push`. */
  #pull(): void {
    this.#isPulling = true;
    try {
      this.#source.runNext();
    } finally {
      this.#isPulling = false;
    }
  }
}
