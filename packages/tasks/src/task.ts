import {
  CancelledError,
  type Context,
  type Delay,
  describe,
  isCall,
  isFatal,
  isWaitable,
  type LoopContract,
  parseDelay,
  RuntimeError,
  registry,
  type Startable,
  type TaskContract,
  type TaskOptions,
} from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { callBody } from "./body-call.js";
import type { Coroutine } from "./coroutine.js";
import { givesCoroutine, isGenerator } from "./coroutine-function.js";
import { onAbort } from "./foreign-signals.js";
import { GeneratorCoroutine } from "./generator-coroutine.js";
import { PromiseCoroutine } from "./promise-coroutine.js";
import { Scope } from "./scope.js";
import { captureContext, currentScope } from "./scope-cells.js";
import { type StackFrame, stackOf } from "./stack.js";
import { Strand } from "./strand.js";
import { writeTrace } from "./trace.js";

let created = 0;

/** Set while a wait is described: a task in it is not described with its own wait, since tasks may wait for each other. */
let describing = false;

/** {@link Task}'s ends, for its strand. */
let finish: (task: Task<unknown>, value: unknown) => void;
let fail: (task: Task<unknown>, error: unknown) => void;
let ownScope: (task: Task<unknown>) => Scope;

/** How a task is made by its constructor. */
export interface TaskConstructorOptions extends TaskOptions {
  /** The loop that runs it; left out: the running one, or that of `getEventLoop()`. */
  loop?: LoopContract | undefined;
}

const DEFAULTS: TaskConstructorOptions = {};

/** The `abandonAfter` of tasks that were given one, in seconds. */
const patience = new WeakMap<object, number | null>();

/**
 * A coroutine that runs (`asyncio.Task`). A future: it can be awaited, by many. Cancelling it throws a `CancelledError` into its
 * coroutine, at the place where that waits.
 */
export class Task<T = unknown> extends Future<T> implements TaskContract<T> {
  #name: string | number;
  readonly #coroutine: Coroutine<T>;
  readonly #context: Context | null;
  /** Made when it is needed: by async code, a scope below it, a cancellation. Given up at the end, unless it counts cancellations. */
  #scope: Scope | null = null;
  /** From the first step to the end. */
  #strand: TaskStrand | null = null;
  taskBefore: TaskContract | null = null;
  taskAfter: TaskContract | null = null;

  /**
   * @param source - a coroutine, a generator object, or a function that returns an awaitable, which is called at the first step
   * @throws `TypeError` for anything else; a promise or future runs already, and is none.
   */
  constructor(source: Startable<T>, options: TaskConstructorOptions = DEFAULTS) {
    super(options);
    const root = toCoroutine<T>(source, this as TaskContract);
    const loop = this.getLoop();
    if (root instanceof PromiseCoroutine) closeIfRefused(root, loop, options);
    else checkNew(loop, options);
    this.#name = options.name ?? ++created;
    this.#coroutine = root;
    this.#context = options.context === undefined ? contextFor(source, loop) : options.context;
    const { abandonAfter } = options;
    if (abandonAfter !== undefined) patience.set(this, abandonSeconds(abandonAfter));
    if (options.signal !== undefined) this.#follow(options.signal);
    loop.tasks.add(this as TaskContract<unknown>);
    if (options.eagerStart && loop.isRunning()) this.run();
    else loop.enqueue(this);
  }

  override get [Symbol.toStringTag](): string {
    return "Task";
  }

  /** The signal of the task, for host functions: aborted while the task is being cancelled, fresh again after that. */
  get signal(): AbortSignal {
    return this.#ownScope().signal;
  }

  getName(): string {
    if (typeof this.#name === "number") this.#name = `Task-${this.#name}`;
    return this.#name;
  }

  setName(name: string): void {
    this.#name = checkName(name) ?? this.#name;
  }

  /** What it runs. */
  getCoro(): Coroutine<T> {
    return this.#coroutine;
  }

  get abandonAfter(): number | null {
    const own = patience.get(this);
    return own === undefined ? this.getLoop().abandonAfter : own;
  }

  /** The async context of its steps, `null` where none was kept. */
  getContext(): Context | null {
    return this.#context;
  }

  /**
   * Asks the task to end: what it waits for is cancelled, and a `CancelledError` with `reason` is thrown into it when that has come
   * back. `false` when it is done. The task may clean up first, take long for it, or not end at all.
   */
  override cancel(reason?: unknown): boolean {
    return !this.done() && this.#ownScope().cancel(reason);
  }

  /** How many cancellations were asked for and not taken back: inside the task, from the current scope to the task's own. */
  cancelling(): number {
    return this.#current()?.cancelling() ?? this.#scope?.cancellingBelow() ?? 0;
  }

  /** Takes one cancellation back; how many are left. For code that ends a cancellation it asked for itself. */
  uncancel(): number {
    return this.#current()?.uncancel() ?? this.#scope?.uncancelBelow() ?? 0;
  }

  /** Where the task stands: its coroutines, the outermost first (`task.get_stack`). `file` and `line` are known in debug mode. */
  getStack(options: { limit?: number | null } = {}): StackFrame[] {
    const frames = stackOf(this.#strand?.calls() ?? []);
    return options.limit == null ? frames : frames.slice(Math.max(frames.length - options.limit, 0));
  }

  /** Writes {@link getStack} to `file`; left out: to the error console. */
  printStack(options: { limit?: number | null; file?: { write(text: string): unknown } } = {}): void {
    const frames = this.getStack(options);
    const head = frames.length === 0 ? `No stack for ${this}` : `Stack for ${this} (most recent call last):`;
    const lines = frames.map(({ name, file, line }) => `  in ${name}${file === null ? "" : ` (${file}:${line})`}`);
    const text = [head, ...lines].join("\n");
    if (options.file === undefined) console.error(text);
    else options.file.write(`${text}\n`);
  }

  override cancelReason(): unknown {
    return this.cancelled() ? super.cancelReason() : this.#scope?.latestReason;
  }

  /** What loggers show of it: its fields lead to all tasks of the loop. */
  toJSON(): string {
    return this.toString();
  }

  override setResult(): never {
    throw new RuntimeError("Task does not support set_result operation");
  }

  override setException(): never {
    throw new RuntimeError("Task does not support set_exception operation");
  }

  /** What it waits for, in a few words. */
  describeWait(): string {
    const outer = describing;
    describing = true;
    try {
      return this.#strand?.describeWait() ?? "its first turn";
    } finally {
      describing = outer;
    }
  }

  protected override describeSelf(): string {
    const wait = this.done() || describing ? "" : ` wait=${this.describeWait()}`;
    return super
      .describeSelf()
      .replace(
        /^Task (\w+)/,
        (_, state) => `Task ${state} name='${this.getName()}' coro=${this.#coroutine.name}${wait}`,
      );
  }

  static {
    finish = (task, value) => {
      const scope = task.#end();
      if (scope === null) task.finish(value);
      else if (scope.hasUndelivered()) task.setCancelled(scope.takeUndelivered(), null);
      else {
        if (scope.wasCancelled()) task.#warnOfSwallowed(scope);
        task.finish(value);
      }
    };
    ownScope = (task) => {
      task.#scope ??= new Scope(task as TaskContract, null);
      return task.#scope;
    };
    fail = (task, error) => {
      task.#end();
      if (error instanceof CancelledError) {
        task.setCancelled(undefined, error);
        return;
      }
      writeTrace(error, task.getName());
      task.fail(error);
      if (isFatal(error)) throw error;
    };
  }

  /** The first step. Called by the loop. */
  run(): void {
    if (this.#strand !== null || this.done()) return;
    try {
      this.#strand = new TaskStrand(this as TaskContract, this.#scope, this.#coroutine, this.#context);
    } catch (error) {
      fail(this as Task<unknown>, error);
      return;
    }
    this.#strand.run();
  }

  /** The task's own scope; its strand, if it runs, belongs to that from now on. */
  #ownScope(): Scope {
    return this.#scope ?? this.#strand?.scope ?? ownScope(this as Task<unknown>);
  }

  #end(): Scope | null {
    this.getLoop().tasks.delete(this as TaskContract<unknown>);
    this.#strand = null;
    const scope = this.#scope;
    if (scope === null) return null;
    scope.close();
    if (!scope.wasCancelled()) this.#scope = null;
    return scope;
  }

  #warnOfSwallowed(scope: Scope): void {
    const loop = this.getLoop();
    if (!loop.getDebug() || scope.cancelling() === 0) return;
    const message = `${this.getName()} was cancelled and ended normally: it swallowed the CancelledError`;
    loop.host.log(
      "warn",
      `${message} (write rethrowCancelled(e) first in a broad catch, or task.uncancel() where it is meant)`,
    );
  }

  /** Is cancelled when `signal` is aborted. */
  #follow(signal: AbortSignal): void {
    const stop = onAbort(signal, () => this.cancel(signal.reason));
    this.addWaiter({ loop: this.getLoop(), run: stop });
  }

  /** The scope that the caller runs in, if it is this task's. */
  #current(): Scope | null {
    const scope = currentScope();
    return scope?.task === (this as unknown) ? (scope as Scope) : null;
  }
}

/** The strand of a task: its end is the task's. */
class TaskStrand extends Strand {
  constructor(task: TaskContract, scope: Scope | null, root: Coroutine<unknown>, context: Context | null) {
    super(task, scope, root, context);
  }

  protected override makeScope(): Scope {
    return ownScope(this.task as unknown as Task<unknown>);
  }

  protected override returned(value: unknown): void {
    finish(this.task as unknown as Task<unknown>, value);
  }

  protected override threw(error: unknown): void {
    fail(this.task as unknown as Task<unknown>, error);
  }

  override toString(): string {
    return `<Task ${this.task.getName()} step>`;
  }
}

function toCoroutine<T>(source: Startable<T>, task: TaskContract): Coroutine<T> {
  if (isCall(source)) return source as unknown as Coroutine<T>;
  if (typeof source === "function") return callBody<T>(source, givesCoroutine(source) ? [] : [task], "createTask");
  if (isGenerator(source)) return new GeneratorCoroutine<T>(source, "generator");
  const isRunning = isWaitable(source) || typeof (source as Partial<PromiseLike<T>> | null)?.then === "function";
  const hint = isRunning
    ? "it runs already: give a function that starts it, createTask(() => …), or wait for it with ensureFuture()"
    : "write createTask(fn(…)) for a coroutine function, createTask(() => fn(…)) for an async function";
  throw new TypeError(`a coroutine was expected, got ${describe(source)}; ${hint}`);
}

/** The async context of the creator. Its task is taken out of it, unless `source` is an async function, which writes its own over it. */
function contextFor(source: unknown, loop: LoopContract): Context | null {
  const isBody = typeof source === "function" && !givesCoroutine(source);
  return isBody ? loop.host.captureContext() : captureContext(loop);
}

/** Refuses what no task can be made with. */
function checkNew(loop: LoopContract, { name, abandonAfter, signal }: TaskConstructorOptions): void {
  if (loop.isClosed()) throw new RuntimeError("Event loop is closed");
  checkName(name);
  if (abandonAfter !== undefined) abandonSeconds(abandonAfter);
  if (signal !== undefined) onAbort(signal, () => {})();
}

/** Closes `root` where it is refused: the `acquire()` of a free lock has it already. Others have taken nothing. */
function closeIfRefused(root: PromiseCoroutine<unknown>, loop: LoopContract, options: TaskConstructorOptions): void {
  try {
    checkNew(loop, options);
  } catch (error) {
    root.close();
    throw error;
  }
}

function abandonSeconds(abandonAfter: Delay | null): number | null {
  return abandonAfter === null ? null : parseDelay(abandonAfter, "abandonAfter");
}

function checkName(name: string | null | undefined): string | null {
  if (name === null || name === undefined) return null;
  if (typeof name !== "string") throw new TypeError(`name must be a string, got ${describe(name)}`);
  return name;
}

// Spelled out: a spread takes four times as long.
registry.taskFactory ??= <T>(
  loop: LoopContract,
  source: Startable<T>,
  { name, context, eagerStart, signal, abandonAfter }: TaskOptions,
) => new Task<T>(source, { loop, name, context, eagerStart, signal, abandonAfter });
