import { TimeoutError } from "@tsyncio/contract";

/**
 * Where a timeout was asked for: the caller of one of our functions. Only the one frame is captured, and it is made a text when a report
 * names it.
 */
export class Place {
  declare private readonly stack?: string;

  /** @param callee - the function of ours that was called there */
  constructor(callee: (...args: never[]) => unknown) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 1;
    Error.captureStackTrace?.(this, callee);
    Error.stackTraceLimit = limit;
  }

  /** `file:line:column`, as far as the host tells. */
  toString(): string {
    return /([^\s()]+:\d+:\d+)\)?\s*$/.exec(this.stack ?? "")?.[1] ?? "an unknown place";
  }
}

/** A `TimeoutError` with the place where the timeout was asked for as its stack: that of the throw would show our inside. */
export function makeTimeoutError(place: Place): TimeoutError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new TimeoutError();
  Error.stackTraceLimit = limit;
  error.stack = `${error.name}\n    at ${place}`;
  return error;
}
