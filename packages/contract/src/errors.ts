import { describe } from "./describe.js";

/**
 * The error classes of every package. Each is recognised by a brand, not by identity, so that `instanceof` also
 * holds for an error made by another copy or version of this package in the same process.
 */

/**
 * Gives the errors of `cls` their name, marks its prototype, and makes `instanceof cls` look for the mark. Classes derived by users keep the
 * ordinary rule. For packages that have errors of their own.
 */
export function brand(cls: { readonly prototype: object }, name: string): void {
  const mark = Symbol.for(`tsyncio.error.${name}`);
  Object.defineProperty(cls.prototype, mark, { value: true });
  Object.defineProperty(cls.prototype, "name", { value: name, writable: true, configurable: true });
  Object.defineProperty(cls, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this === cls) return typeof value === "object" && value !== null && mark in value;
      return Function.prototype[Symbol.hasInstance].call(this as () => void, value);
    },
  });
}

/** A cancellation on its way through a task (`asyncio.CancelledError`). Let it pass; see {@link rethrowCancelled}. */
export class CancelledError extends Error {
  static {
    brand(this, "CancelledError");
  }
  /** What was given to `cancel(reason)`. */
  readonly reason: unknown;
  constructor(reason?: unknown) {
    super(reason === undefined || reason === null ? "" : typeof reason === "string" ? reason : describe(reason));
    this.reason = reason;
  }
}

/** A deadline passed (`TimeoutError`). */
export class TimeoutError extends Error {
  static {
    brand(this, "TimeoutError");
  }
}

/** The operation does not fit the state of a future or task (`asyncio.InvalidStateError`). */
export class InvalidStateError extends Error {
  static {
    brand(this, "InvalidStateError");
  }
}

/** Misuse of a loop, task or primitive (Python's `RuntimeError`). */
export class RuntimeError extends Error {
  static {
    brand(this, "RuntimeError");
  }
}

/** An argument of the right type with a wrong value (Python's `ValueError`). */
export class ValueError extends Error {
  static {
    brand(this, "ValueError");
  }
}

/** Ctrl-C (Python's `KeyboardInterrupt`): leaves the loop at once when a task raises it. */
export class KeyboardInterrupt extends Error {
  static {
    brand(this, "KeyboardInterrupt");
  }
}

/** Asks for the end of the program (Python's `SystemExit`): leaves the loop at once when a task raises it. */
export class SystemExit extends Error {
  static {
    brand(this, "SystemExit");
  }
  /** The exit code of the process. A `SystemExit` made with a message only has the code 1. */
  readonly code: number;
  constructor(code: number | string = 0) {
    super(typeof code === "string" ? code : code === 0 ? "" : String(code));
    this.code = typeof code === "number" ? code : 1;
  }
}

/** Nothing in the process can wake the program that `run` waits for. */
export class DeadlockError extends Error {
  static {
    brand(this, "DeadlockError");
  }
}

/** The stream ended before the bytes that were asked for (`asyncio.IncompleteReadError`). */
export class IncompleteReadError extends Error {
  static {
    brand(this, "IncompleteReadError");
  }
  /** What was read before the end. */
  readonly partial: Uint8Array;
  /** How many bytes were asked for, `null` where the number is not known. */
  readonly expected: number | null;
  constructor(partial: Uint8Array, expected: number | null) {
    super(`${partial.length} bytes read on a total of ${expected ?? "undefined"} expected bytes`);
    this.partial = partial;
    this.expected = expected;
  }
}

/** A line or record is longer than the reader's limit (`asyncio.LimitOverrunError`). */
export class LimitOverrunError extends Error {
  static {
    brand(this, "LimitOverrunError");
  }
  /** How many bytes of the buffer were looked at. */
  readonly consumed: number;
  constructor(message: string, consumed: number) {
    super(message);
    this.consumed = consumed;
  }
}

/** `getNowait` on an empty queue (`asyncio.QueueEmpty`). */
export class QueueEmpty extends Error {
  static {
    brand(this, "QueueEmpty");
  }
}

/** `putNowait` on a full queue (`asyncio.QueueFull`). */
export class QueueFull extends Error {
  static {
    brand(this, "QueueFull");
  }
}

/** The queue was shut down (`asyncio.QueueShutDown`). */
export class QueueShutDown extends Error {
  static {
    brand(this, "QueueShutDown");
  }
}

/** The barrier was aborted, or broken by a reset or a cancellation (`asyncio.BrokenBarrierError`). */
export class BrokenBarrierError extends RuntimeError {
  static {
    brand(this, "BrokenBarrierError");
  }
}

/** The process is gone (Python's `ProcessLookupError`). */
export class ProcessLookupError extends Error {
  static {
    brand(this, "ProcessLookupError");
  }
}

/** The transport can't send files (`asyncio.SendfileNotAvailableError`). */
export class SendfileNotAvailableError extends RuntimeError {
  static {
    brand(this, "SendfileNotAvailableError");
  }
}

/** Whether `error` is a cancellation, made by any copy of this package. */
export function isCancelledError(error: unknown): error is CancelledError {
  return error instanceof CancelledError;
}

/** Whether `error` is the {@link TimeoutError} of a deadline, made by any copy of this package. */
export function isTimeoutError(error: unknown): error is TimeoutError {
  return error instanceof TimeoutError;
}

/** Throws `error` again if it is a cancellation: the first line of a broad `catch`, which would swallow it otherwise. */
export function rethrowCancelled(error: unknown): void {
  if (error instanceof CancelledError) throw error;
}

/** Whether `error` leaves the loop instead of staying in its task: `SystemExit` and `KeyboardInterrupt`. */
export function isFatal(error: unknown): boolean {
  return error instanceof SystemExit || error instanceof KeyboardInterrupt;
}
