import {
  type Body,
  CancelledError,
  type CoroutineGenerator,
  checkOptionNames,
  ExceptionGroup,
  isFatal,
  type OptionNames,
  RuntimeError,
  type ScopeContract,
  type Startable,
  type TaskOptions,
} from "@tsyncio/contract";
import { Future, failureOf } from "@tsyncio/futures";
import { callBody } from "./body-call.js";
import type { Coroutine } from "./coroutine.js";
import { coroutine } from "./coroutine-function.js";
import { currentStrand } from "./current.js";
import { onAbort } from "./foreign-signals.js";
import type { Task } from "./task.js";
import { WhenDone } from "./when-done.js";

/** How a task group is made. */
export interface TaskGroupOptions {
  /** Ends the group, as {@link TaskGroup.cancel} does, when it is aborted. */
  signal?: AbortSignal | undefined;
}

const OPTIONS: OptionNames<TaskGroupOptions> = { signal: true };

/**
 * CREATED ──run──▶ ENTERED ──body ends──▶ EXITING ──last child ends──▶ FINISHED
 * ABORTING lies across ENTERED and EXITING: children are cancelled, and new ones refused.
 */
type State = "created" | "entered" | "exiting" | "finished";

/**
 * Tasks that live no longer than a body (`asyncio.TaskGroup`). When the body ends, the group waits for its tasks; when the
 * body or a task fails, the rest is cancelled, and waited for, and the errors come in an `ExceptionGroup`.
 */
export class TaskGroup {
  readonly #signal: AbortSignal | undefined;
  #state: State = "created";
  #aborting = false;
  /** The group asked its own scope to end, and must take that back. */
  #cancelRequested = false;
  /** {@link cancel} was called: the end of the body by that is no error. */
  #cancelled = false;
  readonly #tasks = new Set<Task<unknown>>();
  readonly #errors: unknown[] = [];
  /** The first error that leaves the loop. */
  #fatal: { error: unknown } | null = null;
  #scope: ScopeContract | null = null;
  #allDone: Future<void> | null = null;

  constructor(options: TaskGroupOptions = {}) {
    this.#signal = checkOptionNames("TaskGroup()", options, OPTIONS).signal;
  }

  /** The signal of the body, for host functions: aborted when the group is cancelled or fails. */
  get signal(): AbortSignal {
    if (this.#scope === null) throw new RuntimeError(`TaskGroup ${this} has not been entered`);
    return this.#scope.signal;
  }

  /**
   * Runs `body(group)`, waits for the tasks made in the group, and gives what the body returned. A group runs once. Cancelling it
   * cancels the body and the tasks, and waits for them.
   * A group that was ended by {@link cancel} or its signal gives `undefined`.
   * @throws `ExceptionGroup` with the errors of tasks and body; `CancelledError` when it is cancelled from outside.
   */
  run<T>(body: Body<[TaskGroup], T>): Coroutine<T> {
    return this.#run(callBody<T>(body, [this], "taskGroup")) as Coroutine<T>;
  }

  /**
   * Makes a task in the group, see {@link createTask}.
   * @throws `RuntimeError` before the group is entered, once it is shutting down, and after its end.
   */
  createTask<T>(source: Startable<T>, options: TaskOptions = {}): Task<T> {
    const refusal = this.#refusal();
    if (refusal !== null) {
      (source as Partial<Coroutine<T>>).close?.();
      throw new RuntimeError(`TaskGroup ${this} ${refusal}`);
    }
    const loop = (this.#scope as ScopeContract).loop;
    const task = loop.createTask<T>(source, options) as unknown as Task<T>;
    if (task.done()) this.#taskDone(task as Task<unknown>);
    else {
      this.#tasks.add(task as Task<unknown>);
      new WhenDone(loop, task as Task<unknown>, (done) => this.#taskDone(done), "TaskGroup");
    }
    return task;
  }

  /** A function each call of which runs `fn` as a task of the group: for callbacks of the host, `http.createServer(tg.asTask(handler))`. */
  asTask<A extends unknown[], T, This = unknown>(
    fn: (this: This, ...args: A) => CoroutineGenerator<T> | PromiseLike<T>,
  ): (this: This, ...args: A) => Task<T> {
    const group = this;
    return function (this: This, ...args: A): Task<T> {
      return group.createTask<T>(() => fn.apply(this, args) as PromiseLike<T>);
    };
  }

  /** Ends the group early, without an error: cancels body and tasks. Harmless before the group is entered, twice, and after its end. */
  cancel(): void {
    if (this.#cancelled || this.#state === "finished") return;
    this.#cancelled = true;
    if (this.#state !== "created") this.#abortAll();
  }

  toString(): string {
    const tasks = this.#tasks.size > 0 ? ` tasks=${this.#tasks.size}` : "";
    const errors = this.#errors.length > 0 ? ` errors=${this.#errors.length}` : "";
    return `<TaskGroup${tasks}${errors}${this.#aborting ? " cancelling" : ""} ${this.#state}>`;
  }

  readonly #run = coroutine(function* taskGroup(this: TaskGroup, body: Coroutine<unknown>) {
    if (this.#state !== "created") throw new RuntimeError(`TaskGroup ${this} has already been entered`);
    const strand = currentStrand("TaskGroup");
    this.#state = "entered";
    this.#scope = strand.enter();
    const stopListening = this.#signal === undefined ? null : onAbort(this.#signal, () => this.cancel());
    if (this.#cancelled) this.#abortAll();
    try {
      let value: unknown;
      let failure: { error: unknown } | null = null;
      try {
        value = yield* body;
      } catch (error) {
        failure = { error };
      }
      yield* this.#exit(failure);
      return value;
    } finally {
      this.#state = "finished";
      stopListening?.();
      strand.leave();
    }
  });

  /** What CPython's `__aexit__` does: waits for the tasks, then decides what the whole ends with. */
  *#exit(failure: { error: unknown } | null): CoroutineGenerator<void> {
    this.#state = "exiting";
    const scope = this.#scope as ScopeContract;
    const bodyCancelled = failure !== null && failure.error instanceof CancelledError;
    if (failure !== null && isFatal(failure.error)) this.#fatal ??= failure;
    let cancellation = bodyCancelled ? failure : null;
    if (failure !== null && !this.#aborting) this.#abort();

    while (this.#tasks.size > 0) {
      this.#allDone ??= new Future<void>({ loop: scope.loop });
      try {
        yield* this.#allDone;
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
        if (!this.#aborting) {
          // A cancellation from outside, while only the tasks were left.
          cancellation = { error };
          this.#abort();
        }
      }
      this.#allDone = null;
    }

    if (this.#fatal !== null) throw this.#fatal.error;
    // The group's own request is taken back; without any other there is nothing to pass on.
    if (this.#cancelRequested && scope.uncancel() === 0) cancellation = null;
    if (cancellation !== null && this.#errors.length === 0) throw cancellation.error;
    if (failure !== null && !bodyCancelled) this.#errors.push(failure.error);
    if (this.#errors.length === 0) return;
    // Errors win over a cancellation from outside; that one comes again at the next wait.
    if (scope.cancelling() > 0) scope.cancelAgain();
    throw new ExceptionGroup("unhandled errors in a TaskGroup", this.#errors);
  }

  #refusal(): string | null {
    if (this.#state === "created") return "has not been entered";
    if (this.#state === "finished" || (this.#state === "exiting" && this.#tasks.size === 0)) return "is finished";
    return this.#aborting ? "is shutting down" : null;
  }

  /** Cancels the tasks. */
  #abort(): void {
    this.#aborting = true;
    for (const task of [...this.#tasks]) if (!task.done()) task.cancel();
  }

  /** Cancels the tasks and the body. */
  #abortAll(): void {
    if (!this.#aborting) this.#abort();
    if (this.#cancelRequested) return;
    this.#cancelRequested = true;
    (this.#scope as ScopeContract).cancel();
  }

  #taskDone(task: Task<unknown>): void {
    this.#tasks.delete(task);
    if (this.#tasks.size === 0 && this.#allDone !== null && !this.#allDone.done()) this.#allDone.setResult();
    if (task.cancelled()) return;
    const failure = failureOf(task);
    if (failure === null) return;
    const { error } = failure;
    this.#errors.push(error);
    if (isFatal(error)) this.#fatal ??= { error };
    const scope = this.#scope as ScopeContract;
    if (scope.task.done()) {
      const message = `Task ${task} has errored out but its parent task ${scope.task} is already completed`;
      scope.loop.callExceptionHandler({ message, exception: error, task });
    } else if (!this.#aborting) this.#abortAll();
  }
}

/** Runs `body(group)` with a {@link TaskGroup} of its own. */
export function taskGroup<T>(body: Body<[TaskGroup], T>, options?: TaskGroupOptions): Coroutine<T> {
  return new TaskGroup(options).run(body);
}
