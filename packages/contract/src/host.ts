/** An async context (what `AsyncLocalStorage` calls the current store of every storage), to run functions in. */
export interface Context {
  run<R, This>(fn: (this: This) => R, self?: This): R;
}

/** Where a value is kept that follows async functions; `AsyncLocalStorage` has this shape. */
export interface ContextStorage<T> {
  getStore(): T | undefined;
  run<R>(store: T, fn: () => R): R;
}

/** A loop with nothing ready, as its host sees it. */
export interface IdleLoop {
  /** Runs the loop's turns until nothing is ready. */
  wake(): void;
  /** Whether someone waits for the loop to bring about something (`runUntilComplete`). */
  isAwaited(): boolean;
  /** Nothing can wake the loop any more: those who wait for it are told. */
  deadlock(): void;
  /** Ends what is waited for with `error`. */
  fail(error: unknown): void;
  /** Async functions of this loop that wait for something the loop knows nothing of, by name. */
  foreignWaits(): readonly string[];
}

/**
 * What a loop needs from its surroundings. Node and the web are two hosts, the virtual clock is a third.
 * Times are seconds of a clock that never goes back.
 */
export interface Host {
  readonly name: string;
  /** Whether the clock is not the real one. */
  readonly virtual: boolean;
  /** Now, in seconds. */
  now(): number;
  /** Runs `fn` when the microtasks that are queued now, and all that they queue, have run. */
  afterMicrotasks(fn: () => void): void;
  /** A function that does {@link afterMicrotasks} for this `fn`, for a loop's own turns: called often, and from inside `fn` only. */
  drainer(fn: () => void): () => void;
  /** Runs `fn` after I/O and timers of the host had their turn. */
  afterIo(fn: () => void): void;
  /** The loop has nothing ready until `deadline` (`null`: no timer at all): calls `loop.wake` then. Replaces an earlier call. */
  park(loop: IdleLoop, deadline: number | null): void;
  /** The loop has something ready again. Its alarm may stay set: an early `wake` does no harm. */
  unpark(loop: IdleLoop): void;
  /** The loop no longer runs: its deadline no longer holds the process. */
  forget(loop: IdleLoop): void;
  /** Runs `fn` after `seconds` of real time, even where the clock is virtual. Returns what cancels it. Holds the process if asked to. */
  afterRealTime(seconds: number, fn: () => void, hold?: boolean): () => void;
  /** Runs `fn` when the process has nothing left to do, or ends. Returns what takes that back. */
  beforeEnd(fn: () => void): () => void;
  /** Holds the process until the returned function is called. */
  hold(): () => void;
  /** Listens for a signal of the process. Returns what ends that. */
  onSignal(signal: string, fn: () => void): () => void;
  /** How many others listen for a signal. */
  signalListeners(signal: string): number;
  /** Ends the process at once. */
  exit(code: number): void;
  /** The async context of the caller, or `null` where the host has none. */
  captureContext(): Context | null;
  /** What kind of host callback is on the stack (`"Timeout"`, …), `null` when none is known to be: for a warning of debug mode. */
  callbackKind(): string | null;
  /** A new storage that follows async functions, or `null` where the host has none. */
  createStorage<T>(): ContextStorage<T> | null;
  /** An abort controller whose signal may have any number of listeners without a warning. */
  createAbortController(): AbortController;
  /** Tells the process of an error that nobody handles, as an unhandled rejection. */
  reportUnhandled(error: unknown): void;
  /** Writes a line for the developer: a warning, or an error of a callback. */
  log(level: "warn" | "error", message: string, error?: unknown): void;
}
