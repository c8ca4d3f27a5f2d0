/// <reference lib="esnext.disposable" preserve="true" />
import {
  type Body,
  type CallbackOptions,
  DeadlockError,
  type Delay,
  describe,
  type ExceptionContext,
  type ExceptionHandler,
  type Executor,
  type FutureContract,
  filled,
  type Host,
  isFatal,
  isWaitable,
  type LoopContract,
  parseDelay,
  type Runnable,
  RuntimeError,
  registry,
  runningLoop,
  type Startable,
  type TaskContract,
  type TaskFactory,
  type TaskOptions,
  type UnreadFailure,
  type Waitable,
} from "@tsyncio/contract";
import { callbackContext, checkCallback } from "./callbacks.js";
import { checkExecutor, DefaultExecutor } from "./default-executor.js";
import { formatExceptionContext } from "./exception-report.js";
import type { Handle } from "./handles.js";
import { debugByEnvironment, type LoopOptions } from "./loop-options.js";
import { abandonResources } from "./open-resources.js";
import { ReadyQueue } from "./ready-queue.js";
import { Scheduler } from "./scheduler.js";
import { SignalHandlers } from "./signals.js";
import { UnreadFailures } from "./unread-failures.js";

/** Who waits for the loop to stop: `runForever`, or `runUntilComplete` (`awaited`), which a deadlock ends. */
interface Run {
  awaited: boolean;
  end(error?: { reason: unknown }): void;
}

/** An event loop (`asyncio.BaseEventLoop`): callbacks, timers, turns. It knows neither futures nor tasks; the registry does. */
export class EventLoop extends Scheduler implements LoopContract {
  readonly abandonAfter: number | null;
  readonly openIterators: Set<AsyncIterator<unknown>> = new Set();
  readonly #auto: boolean;
  readonly #failures: UnreadFailures;
  readonly #signals: SignalHandlers;
  readonly #executor: DefaultExecutor;
  #run: Run | null = null;
  #stopping = false;
  #taskFactory: TaskFactory | null = null;
  #exceptionHandler: ExceptionHandler | null = null;

  /**
   * Use {@link newEventLoop}, which finds the host.
   * @param auto - whether the host pumps the loop whenever it has work (the default loop)
   */
  constructor(host: Host, options: LoopOptions = {}, auto = false) {
    super(host, options.exact ?? true, options.ready ?? new ReadyQueue());
    this.#auto = auto;
    this.setDebug(options.debug ?? debugByEnvironment());
    this.setExceptionHandler(options.exceptionHandler ?? null);
    this.#failures = new UnreadFailures(host, parseDelay(options.unreadErrorsAfter ?? 1, "unreadErrorsAfter"));
    this.#signals = new SignalHandlers(host);
    this.#executor = new DefaultExecutor(host);
    const abandon = options.abandonAfter === undefined ? "100ms" : options.abandonAfter;
    this.abandonAfter = abandon === null ? null : parseDelay(abandon, "abandonAfter");
  }

  /** How long a callback may take before debug mode warns (`loop.slow_callback_duration`); read, it is in seconds. */
  get slowCallbackDuration(): number {
    return this.slow.limit;
  }
  set slowCallbackDuration(duration: Delay) {
    this.slow.limit = parseDelay(duration, "slowCallbackDuration");
  }

  /**
   * Runs the loop until {@link stop} is called (`loop.run_forever`). Holds the process meanwhile.
   * @throws `RuntimeError` when the loop is closed or runs already, or when called from inside a running loop.
   */
  async runForever(): Promise<void> {
    const release = this.host.hold();
    try {
      await this.#start(false);
    } finally {
      release();
    }
  }

  /**
   * Runs the loop until `source` is done, and gives its result (`loop.run_until_complete`). A coroutine or function becomes a task.
   * @throws what `source` ends with; `RuntimeError` as {@link runForever}, and when the loop is stopped before; `DeadlockError` when
   * nothing can wake the loop any more.
   */
  async runUntilComplete<T>(source: Waitable<T> | Startable<T>): Promise<T> {
    this.#checkStart();
    const future: Waitable<T> = isWaitable(source) ? (source as Waitable<T>) : this.createTask(source as Startable<T>);
    let running = true;
    const stopper = {
      loop: this,
      run: () => {
        if (running) this.stop();
      },
    };
    future.addWaiter(stopper);
    try {
      await this.#start(true);
    } catch (error) {
      if (future.done()) markRead(future);
      throw error;
    } finally {
      running = false;
      future.removeWaiter(stopper);
    }
    if (!future.done()) throw new RuntimeError("Event loop stopped before Future completed.");
    return future.result();
  }

  /** Ends `runForever` or `runUntilComplete` at the end of the current turn (`loop.stop`). */
  stop(): void {
    this.#stopping = true;
    // From a callback of the host, while the loop has nothing to do.
    if (this.#run !== null) this.nudge();
  }

  /** Whether the loop is inside `runForever` or `runUntilComplete`, or in a turn. */
  isRunning(): boolean {
    return this.#run !== null || this.isPumping();
  }

  /**
   * Drops what is left and reports errors that nobody read (`loop.close`). Harmless the second time.
   * @throws `RuntimeError` while the loop runs.
   */
  close(): void {
    if (this.isClosed()) return;
    if (this.isRunning()) throw new RuntimeError("Cannot close a running event loop");
    this.#signals.removeAll();
    this.#failures.flush();
    this.dispose();
    abandonResources(this);
    if (registry.eventLoop === this) registry.eventLoop = null;
    this.#executor.abandon().catch((exception) => {
      this.callExceptionHandler({ message: "an error occurred during shutdown of the default executor", exception });
    });
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Ends async generators that `forEach` is in the middle of (`loop.shutdown_asyncgens`). */
  async shutdownAsyncgens(): Promise<void> {
    const open = [...this.openIterators];
    this.openIterators.clear();
    const results = await Promise.allSettled(open.map(async (iterator) => iterator.return?.()));
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      const message = "an error occurred during closing of asynchronous generator";
      this.callExceptionHandler({ message, exception: result.reason });
    }
  }

  /** A future of this loop (`loop.create_future`). */
  createFuture<T>(): FutureContract<T> {
    return filled(registry.futureFactory, "a future", "@tsyncio/futures")<T>(this);
  }

  /** A task of this loop (`loop.create_task`), made by the loop's task factory. */
  createTask<T>(source: Startable<T>, options: TaskOptions = {}): TaskContract<T> {
    this.checkClosed();
    const factory = this.#taskFactory ?? filled(registry.taskFactory, "a task", "@tsyncio/tasks");
    return factory<T>(this, source, options);
  }

  /** Has tasks made by `factory(loop, source, options)`; `null`: in the ordinary way. */
  setTaskFactory(factory: TaskFactory | null): void {
    if (factory !== null && typeof factory !== "function") {
      throw new TypeError(`task factory must be a function or null, got ${describe(factory)}`);
    }
    this.#taskFactory = factory;
  }

  getTaskFactory(): TaskFactory | null {
    return this.#taskFactory;
  }

  /** `callSoon`, from another thread in Python. Here callbacks of other threads arrive on the loop's own, so it is the same. */
  callSoonThreadsafe(callback: () => void, options?: CallbackOptions): Handle {
    return this.callSoon(callback, options);
  }

  /** Calls `fn(...args)` off the loop (`loop.run_in_executor`). `null`: on the default executor. */
  runInExecutor<A extends unknown[], T>(
    executor: Executor | null,
    fn: Body<A, T> | ((...args: A) => T),
    ...args: A
  ): FutureContract<T> {
    this.checkClosed();
    if (typeof fn !== "function")
      throw new TypeError(`a function was expected by runInExecutor(), got ${describe(fn)}`);
    if (executor === null) return this.#executor.get().submit(fn, ...args);
    checkExecutor(executor);
    return executor.submit(fn, ...args);
  }

  /** What `runInExecutor(null, …)` runs on from now on. */
  setDefaultExecutor(executor: Executor): void {
    this.#executor.set(executor);
  }

  /** Waits until the default executor's work is done, at most `timeout`, and ends it (`loop.shutdown_default_executor`). */
  shutdownDefaultExecutor(timeout: Delay | null = null): Promise<void> {
    return this.#executor.shutdown(timeout);
  }

  /** Calls `callback` in the loop when the process gets `signal` (`loop.add_signal_handler`). Holds the process until it is removed. */
  addSignalHandler(signal: string, callback: () => void): void {
    this.checkClosed();
    checkCallback("addSignalHandler", callback);
    const context = callbackContext(this.host, undefined);
    this.#signals.add(signal, () => this.callSoon(callback, { context }));
  }

  /** `false` when there was no handler. */
  removeSignalHandler(signal: string): boolean {
    return this.#signals.remove(signal);
  }

  /**
   * Has errors that nothing else handles told to `handler(loop, context)`: of callbacks, and of tasks and futures that
   * nobody reads. `null`: {@link defaultExceptionHandler}, or on the default loop the host (`unhandledRejection`).
   */
  setExceptionHandler(handler: ExceptionHandler | null): void {
    if (handler !== null && typeof handler !== "function") {
      throw new TypeError(`A callable object or null is expected, got ${describe(handler)}`);
    }
    this.#exceptionHandler = handler;
  }

  getExceptionHandler(): ExceptionHandler | null {
    return this.#exceptionHandler;
  }

  /** Writes the message and the error to the console. */
  defaultExceptionHandler(context: ExceptionContext): void {
    this.host.log("error", formatExceptionContext(context), context.exception);
  }

  callExceptionHandler(context: ExceptionContext): void {
    if (this.#exceptionHandler === null) {
      if (this.#auto && "exception" in context) this.host.reportUnhandled(context.exception);
      else this.defaultExceptionHandler(context);
      return;
    }
    try {
      this.#exceptionHandler(this, context);
    } catch (error) {
      if (isFatal(error)) {
        this.abort(error);
        return;
      }
      this.defaultExceptionHandler(context);
      this.defaultExceptionHandler({ message: "Unhandled error in exception handler", exception: error });
    }
  }

  watchFailure(failure: UnreadFailure): void {
    this.#failures.add(failure);
  }

  getDebug(): boolean {
    return this.debug;
  }

  /** Switches debug mode on or off; see the package's README for what it looks at. */
  setDebug(enabled: boolean): void {
    this.debug = enabled;
    if (enabled) registry.debugging = true;
  }

  isAwaited(): boolean {
    return this.#run?.awaited === true;
  }

  deadlock(): void {
    const waiting = [...this.tasks].map(
      (task) => `  ${task.getName()} (${task.getCoro().name}) waits for ${task.describeWait()}`,
    );
    const what = waiting.length > 0 ? `:\n${waiting.join("\n")}` : "; there are no tasks";
    this.fail(new DeadlockError(`nothing can wake the program any more${what}`));
  }

  fail(error: unknown): void {
    this.#run?.end({ reason: error });
  }

  override toString(): string {
    return `<EventLoop running=${this.isRunning()} closed=${this.isClosed()} debug=${this.debug}>`;
  }

  protected mayRun(): boolean {
    return (this.#auto || this.#run !== null) && !this.isClosed();
  }

  protected turnEnded(): boolean {
    if (!this.#stopping) return true;
    this.#stopping = false;
    this.#run?.end();
    return this.mayRun();
  }

  protected callbackFailed(runnable: Runnable, error: unknown): void {
    this.callExceptionHandler({ message: `Exception in callback ${runnable}`, exception: error, handle: runnable });
  }

  protected endRun(error: unknown): void {
    // A second such error while the run ends stays in its task, and is reported as one that nobody read.
    if (this.#run !== null) this.#run.end({ reason: error });
    else if (this.#auto) this.host.reportUnhandled(error);
  }

  protected asContract(): LoopContract {
    return this;
  }

  #checkStart(): void {
    this.checkClosed();
    if (this.isRunning()) throw new RuntimeError("This event loop is already running");
    if (runningLoop() !== null) throw new RuntimeError("Cannot run the event loop while another loop is running");
  }

  #start(awaited: boolean): Promise<void> {
    this.#checkStart();
    return new Promise((resolve, reject) => {
      this.#run = {
        awaited,
        end: (error) => {
          this.#run = null;
          this.#stopping = false;
          if (!this.#auto) this.host.forget(this);
          if (error === undefined) resolve();
          else reject(error.reason);
        },
      };
      // A stop() from before takes effect after one turn, as in asyncio.
      if (this.#stopping) this.nudge();
      this.schedule();
    });
  }
}

/** What ended the loop at once is thrown to the caller: it need not be reported for `future` again. */
function markRead(future: Waitable): void {
  try {
    future.result();
  } catch {
    // Read: that is all.
  }
}
