// A second loop, written from the contract alone: the simplest that keeps it. One callback at a time, native code after each.
import {
  type Body,
  type CallbackOptions,
  type Context,
  DeadlockError,
  type Delay,
  describe,
  type ExceptionContext,
  type ExceptionHandler,
  type Executor,
  type ForeignWork,
  type FutureContract,
  type HandleContract,
  type Host,
  type IdleLoop,
  isFatal,
  isWaitable,
  type LoopContract,
  parseDelay,
  type Runnable,
  RuntimeError,
  registry,
  type Startable,
  type TaskContract,
  type TaskFactory,
  type TaskOptions,
  type TimerEntry,
  type TimerHandleContract,
  type UnreadFailure,
  ValueError,
  type Waitable,
} from "@tsyncio/contract";
import { callbackContext, checkCallback } from "@tsyncio/loop";

class ToyHandle implements HandleContract, TimerHandleContract, TimerEntry {
  sequence = 0;
  scheduled = false;
  readonly #loop: ToyLoop;
  readonly #work: () => void;
  readonly #when: number;
  readonly #context: Context | null;
  #cancelled = false;

  constructor(loop: ToyLoop, when: number, work: () => void, context: Context | null) {
    this.#loop = loop;
    this.#when = when;
    this.#work = work;
    this.#context = context;
  }
  cancel(): void {
    this.#cancelled = true;
    this.#loop.timerCancelled(this);
  }
  cancelled(): boolean {
    return this.#cancelled;
  }
  getContext(): Context | null {
    return this.#context;
  }
  when(): number {
    return this.#when;
  }
  run(): void {
    if (this.#cancelled) return;
    this.#loop.wakesNative();
    if (this.#context === null) this.#work();
    else this.#context.run(this.#work);
  }
  toString(): string {
    return "<ToyHandle>";
  }
}

export class ToyLoop implements LoopContract, IdleLoop {
  readonly host: Host;
  readonly tasks: Set<TaskContract> = new Set();
  readonly foreignWork: Set<ForeignWork> = new Set();
  readonly openIterators: Set<AsyncIterator<unknown>> = new Set();
  readonly abandonAfter = 0.1;
  protected ready: Runnable[] = [];
  protected timers: TimerEntry[] = [];
  protected handler: ExceptionHandler | null = null;
  protected failures: UnreadFailure[] = [];
  protected stopping = false;
  protected closed = false;
  #factory: TaskFactory | null = null;
  #executor: Executor | null = null;
  #executorEnded = false;
  readonly #signals = new Map<string, () => void>();
  #run: { awaited: boolean; end(error?: { reason: unknown }): void } | null = null;
  #scheduled = false;
  #left = 0;
  #sequence = 0;
  #debug = false;
  #slow = 0.1;
  /** How many turns the run has begun. */
  #turns = 0;
  #hops = 0;

  constructor(host: Host) {
    this.host = host;
  }

  time(): number {
    return this.host.now();
  }
  isRunning(): boolean {
    return this.#run !== null;
  }
  isClosed(): boolean {
    return this.closed;
  }

  callSoon(callback: () => void, options?: CallbackOptions): HandleContract {
    this.#checkOpen();
    checkCallback("callSoon", callback);
    const handle = new ToyHandle(this, 0, callback, callbackContext(this.host, options));
    this.enqueue(handle);
    return handle;
  }
  callSoonThreadsafe(callback: () => void, options?: CallbackOptions): HandleContract {
    return this.callSoon(callback, options);
  }
  callLater(delay: Delay, callback: () => void, options?: CallbackOptions): TimerHandleContract {
    return this.callAt(this.time() + parseDelay(delay), callback, options);
  }
  callAt(when: number, callback: () => void, options?: CallbackOptions): TimerHandleContract {
    this.#checkOpen();
    if (typeof when !== "number") throw new TypeError("when must be a number");
    if (Number.isNaN(when)) throw new ValueError("Invalid when: NaN");
    checkCallback("callAt", callback);
    const handle = new ToyHandle(this, when, callback, callbackContext(this.host, options));
    this.addTimer(handle);
    return handle;
  }
  enqueue(runnable: Runnable): void {
    if (this.closed) return;
    this.ready.push(runnable);
    this.#schedule();
  }
  enqueueAt(when: number, runnable: Runnable): TimerHandleContract {
    const handle = new ToyHandle(this, when, () => runnable.run(), null);
    this.addTimer(handle);
    return handle;
  }
  addTimer(timer: TimerEntry): void {
    this.#checkOpen();
    timer.scheduled = true;
    timer.sequence = this.#sequence++;
    this.timers.push(timer);
    this.#schedule();
  }
  timerCancelled(timer: TimerEntry): void {
    if (!timer.scheduled) return;
    this.timers = this.timers.filter((each) => each !== timer);
    timer.scheduled = false;
  }
  /** Nothing to note: native code always runs dry. */
  wakesNative(): void {}
  abort(error: unknown): void {
    this.#left = 0;
    this.#run?.end({ reason: error });
  }

  createFuture<T>(): FutureContract<T> {
    return registry.futureFactory?.<T>(this) as FutureContract<T>;
  }
  createTask<T>(source: Startable<T>, options: TaskOptions = {}): TaskContract<T> {
    this.#checkOpen();
    return (this.#factory ?? (registry.taskFactory as TaskFactory))<T>(this, source, options);
  }
  setTaskFactory(factory: TaskFactory | null): void {
    if (factory !== null && typeof factory !== "function") throw new TypeError("task factory must be a function");
    this.#factory = factory;
  }
  getTaskFactory(): TaskFactory | null {
    return this.#factory;
  }

  runForever(): Promise<void> {
    return this.#start(false);
  }
  async runUntilComplete<T>(source: Waitable<T> | Startable<T>): Promise<T> {
    this.#checkStart();
    const future: Waitable<T> = isWaitable(source) ? (source as Waitable<T>) : this.createTask(source as Startable<T>);
    const stopper = { loop: this as LoopContract, run: () => this.stop() };
    future.addWaiter(stopper);
    try {
      await this.#start(true);
    } finally {
      future.removeWaiter(stopper);
    }
    if (!future.done()) throw new RuntimeError("Event loop stopped before Future completed.");
    return future.result();
  }
  stop(): void {
    this.stopping = true;
    this.#schedule();
  }
  close(): void {
    if (this.closed) return;
    if (this.isRunning()) throw new RuntimeError("Cannot close a running event loop");
    for (const failure of this.failures) if (!failure.isRead()) failure.report();
    for (const signal of [...this.#signals.keys()]) this.removeSignalHandler(signal);
    this.closed = true;
    this.ready = [];
    this.timers = [];
    this.host.forget(this);
  }
  async shutdownAsyncgens(): Promise<void> {
    const open = [...this.openIterators];
    this.openIterators.clear();
    for (const iterator of open) {
      try {
        await iterator.return?.();
      } catch (exception) {
        this.callExceptionHandler({ message: "an error occurred during closing of asynchronous generator", exception });
      }
    }
  }

  callExceptionHandler(context: ExceptionContext): void {
    if (this.handler === null) {
      this.defaultExceptionHandler(context);
      return;
    }
    try {
      this.handler(this, context);
    } catch (exception) {
      this.defaultExceptionHandler(context);
      this.defaultExceptionHandler({ message: "Unhandled error in exception handler", exception });
    }
  }
  defaultExceptionHandler({ message, exception }: ExceptionContext): void {
    this.host.log("error", message, exception);
  }
  setExceptionHandler(handler: ExceptionHandler | null): void {
    if (handler !== null && typeof handler !== "function") throw new TypeError("handler must be a function");
    this.handler = handler;
  }
  getExceptionHandler(): ExceptionHandler | null {
    return this.handler;
  }
  watchFailure(failure: UnreadFailure): void {
    this.failures.push(failure);
  }

  runInExecutor<A extends unknown[], T>(
    executor: Executor | null,
    fn: Body<A, T> | ((...args: A) => T),
    ...args: A
  ): FutureContract<T> {
    if (typeof fn !== "function") throw new TypeError(`a function was expected, got ${describe(fn)}`);
    if (executor !== null && typeof executor.submit !== "function") throw new TypeError("executor must be an executor");
    if (executor === null && this.#executorEnded) throw new RuntimeError("Executor shutdown has been called");
    const chosen = executor ?? (this.#executor as Executor);
    return chosen.submit(fn, ...args);
  }
  setDefaultExecutor(executor: Executor): void {
    if (typeof executor?.submit !== "function") throw new TypeError("executor must be an executor");
    this.#executor = executor;
  }
  async shutdownDefaultExecutor(): Promise<void> {
    this.#executorEnded = true;
    await this.#executor?.shutdown();
  }
  addSignalHandler(signal: string, callback: () => void): void {
    checkSignal(signal);
    checkCallback("addSignalHandler", callback);
    this.removeSignalHandler(signal);
    this.#signals.set(
      signal,
      this.host.onSignal(signal, () => this.callSoon(callback)),
    );
  }
  removeSignalHandler(signal: string): boolean {
    checkSignal(signal);
    this.#signals.get(signal)?.();
    return this.#signals.delete(signal);
  }
  getDebug(): boolean {
    return this.#debug;
  }
  setDebug(enabled: boolean): void {
    this.#debug = enabled;
  }
  get slowCallbackDuration(): number {
    return this.#slow;
  }
  set slowCallbackDuration(duration: Delay) {
    this.#slow = parseDelay(duration);
  }

  wake(): void {
    this.#schedule();
  }
  isAwaited(): boolean {
    return this.#run?.awaited === true;
  }
  deadlock(): void {
    const waits = [...this.tasks].map(
      (task) => `${task.getName()} (${task.getCoro().name}) waits for ${task.describeWait()}`,
    );
    this.fail(new DeadlockError(waits.join("\n")));
  }
  fail(error: unknown): void {
    this.#run?.end({ reason: error });
  }
  foreignWaits(): readonly string[] {
    return [...this.foreignWork].map((work) => work.foreignWait()).filter((name) => name !== null);
  }

  /** Those among the timers that are due, the earliest first. */
  protected due(now: number): TimerEntry[] {
    return this.timers
      .filter((timer) => timer.when() <= now && !timer.cancelled())
      .sort((a, b) => a.when() - b.when() || a.sequence - b.sequence);
  }

  /** How many callbacks this turn runs. */
  protected turnLength(): number {
    return this.ready.length;
  }

  /** Has `step` called when native code has run. */
  protected drain(step: () => void): void {
    this.host.afterMicrotasks(step);
  }

  #schedule(): void {
    if (this.#scheduled || this.#run === null) return;
    this.#scheduled = true;
    this.host.unpark(this);
    // The host has its turn now and then.
    if (++this.#hops % 50 === 0) this.host.afterIo(this.#step);
    else this.drain(this.#step);
  }

  readonly #step = (): void => {
    this.#scheduled = false;
    if (this.#run === null) return;
    if (this.#left === 0) {
      if (this.stopping && this.#turns > 0) {
        this.#run.end();
        return;
      }
      for (const timer of this.due(this.time())) {
        this.timerCancelled(timer);
        this.ready.push(timer);
      }
      this.#left = this.turnLength();
      this.#turns++;
    }
    const runnable = this.#left > 0 ? this.ready.shift() : undefined;
    this.#left = runnable === undefined ? 0 : this.#left - 1;
    if (runnable !== undefined) this.#runOne(runnable);
    if (this.#run === null) return;
    if (this.#left > 0 || this.ready.length > 0 || this.stopping) this.#schedule();
    else {
      const times = this.timers.filter((timer) => !timer.cancelled()).map((timer) => timer.when());
      this.host.park(this, times.length === 0 ? null : Math.min(...times));
    }
  };

  #runOne(runnable: Runnable): void {
    registry.runningLoop = this;
    try {
      runnable.run();
    } catch (exception) {
      if (isFatal(exception)) this.abort(exception);
      else this.callExceptionHandler({ message: `Exception in callback ${runnable}`, exception, handle: runnable });
    } finally {
      registry.runningLoop = null;
    }
  }

  #start(awaited: boolean): Promise<void> {
    this.#checkStart();
    return new Promise((resolve, reject) => {
      this.#turns = 0;
      this.#run = {
        awaited,
        end: (error) => {
          this.#run = null;
          this.stopping = false;
          this.host.forget(this);
          if (error === undefined) resolve();
          else reject(error.reason);
        },
      };
      this.#scheduled = false;
      this.#schedule();
    });
  }

  #checkStart(): void {
    this.#checkOpen();
    if (this.isRunning()) throw new RuntimeError("This event loop is already running");
    if (registry.runningLoop !== null)
      throw new RuntimeError("Cannot run the event loop while another loop is running");
  }

  #checkOpen(): void {
    if (this.closed) throw new RuntimeError("Event loop is closed");
  }
}

function checkSignal(signal: string): void {
  if (typeof signal !== "string" || !/^SIG/.test(signal)) throw new ValueError("signal must be a name");
}
