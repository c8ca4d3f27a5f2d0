// Python's exception classes: which class stands for each, and what a handler of each catches.
import {
  BrokenBarrierError,
  CancelledError,
  ExceptionGroup,
  InvalidStateError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RuntimeError,
  SystemExit,
  TimeoutError,
  ValueError,
} from "./library.ts";
import type { ErrorArgument } from "./program.ts";

// The classes that a program defines for itself.
class BaseErr extends Error {}
class ErrA extends Error {}
class ErrB extends Error {}
// Python's two roots, which JavaScript has in one.
class BaseException extends Error {}
class Exception extends Error {}

/** Python's name -> the class that stands for it; a subclass comes before its base. The groups are not in here. */
const CLASSES: ReadonlyMap<string, new (message?: string) => Error> = new Map(
  Object.entries({
    BaseErr,
    ErrA,
    ErrB,
    Exception,
    BaseException,
    CancelledError,
    SystemExit,
    TimeoutError,
    BrokenBarrierError,
    RuntimeError,
    ValueError,
    InvalidStateError,
    QueueEmpty,
    QueueFull,
    QueueShutDown,
    TypeError,
  }),
);

/** What Python's `except Exception` lets through. */
const NOT_EXCEPTIONS = [BaseErr, BaseException, CancelledError, SystemExit];

export function makeError([name, message]: ErrorArgument): Error {
  const Class = CLASSES.get(name);
  if (Class === undefined) throw new Error(`a program cannot raise ${name}`);
  return message === null ? new Class() : new Class(message);
}

export function makeGroup(message: string, errors: readonly ErrorArgument[]): ExceptionGroup {
  return new ExceptionGroup(message, errors.map(makeError));
}

/** Whether Python would call it an `Exception`; a group is one when all that it holds is. */
function isException(error: unknown): boolean {
  if (error instanceof ExceptionGroup) return error.errors.every(isException);
  return !NOT_EXCEPTIONS.some((Class) => error instanceof Class);
}

function isA(error: unknown, name: string): boolean {
  if (name === "BaseException") return true;
  if (name === "Exception") return isException(error);
  if (name === "BaseExceptionGroup") return error instanceof ExceptionGroup;
  if (name === "ExceptionGroup") return error instanceof ExceptionGroup && isException(error);
  const Class = CLASSES.get(name);
  if (Class === undefined) throw new Error(`no exception is called ${name}`);
  return error instanceof Class;
}

/** Whether `except (names)` catches the error. */
export function matches(error: unknown, names: readonly string[]): boolean {
  return names.some((name) => isA(error, name));
}

/** Python's name of the error's class; of an error from elsewhere (a bug), its own. */
export function className(error: Error): string {
  if (error instanceof ExceptionGroup) return isException(error) ? "ExceptionGroup" : "BaseExceptionGroup";
  for (const [name, Class] of CLASSES) if (error instanceof Class) return name;
  return error.name;
}
